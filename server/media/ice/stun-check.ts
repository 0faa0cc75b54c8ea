/**
 * Checks of our own. A lite agent need not make any (RFC 8445 section 2.5), but every full one, which our clients are,
 * answers them; see path-check.ts for what they are good for.
 */

import type { IceSession } from '../transport.ts';
import { attribute, headerLength, integrityOf, isFramed, magicCookie, messageType } from './stun.ts';
import { signedMessage } from './stun-answer.ts';

/** Peer-reflexive, the highest local preference, the first component (RFC 8445 section 7.1.1). */
const priority = 110 * 2 ** 24 + 65_535 * 2 ** 8 + 255;

/** A check in that ICE session under a transaction id of 12 bytes. It nominates nothing: that is for the controlling side. */
export function bindingCheck(to: IceSession, transactionId: Buffer): Buffer {
  const head = Buffer.alloc(headerLength);
  head.writeUInt32BE(magicCookie, 4);
  transactionId.copy(head, 8);
  const preference = Buffer.alloc(4);
  preference.writeUInt32BE(priority);
  return signedMessage(
    head,
    messageType.request,
    [
      [attribute.username, Buffer.from(`${to.remoteUfrag}:${to.localUfrag}`)],
      // Its tie-breaker decides between two that claim one role; the client's is the other.
      [attribute.iceControlled, Buffer.alloc(8)],
      [attribute.priority, preference],
    ],
    to.remoteKey,
  );
}

/** Where the signature of a successful answer begins; undefined for all else. Nothing of it is to be believed yet. */
export function successfulAnswer(datagram: Buffer): { readonly integrityAt: number } | undefined {
  if (!isFramed(datagram) || datagram.readUInt16BE(0) !== messageType.success) return undefined;
  const integrityAt = integrityOf(datagram);
  return integrityAt < 0 ? undefined : { integrityAt };
}
