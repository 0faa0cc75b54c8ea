/**
 * The key exchange (RFC 8422 sections 5.4 and 5.7), of both sides:
 *
 *   ServerKeyExchange   curve type 1 │ group 2 │ point │ algorithm 2 │ length 2 │ signature of both randoms and the first three
 *   ClientKeyExchange   point
 */
import { createECDH } from 'node:crypto';
import { alertCode } from './dtls-alert.ts';
import { isSignedBy, signatureBody } from './dtls-certificate.ts';
import type { Ecdsa, Sign } from './dtls-ecdsa.ts';
import { DtlsError, end, namedGroup, reading, shortVector, uint16 } from './dtls-extension.ts';
import type { KeyShare } from './dtls-x25519.ts';

/** What both sides have said first, 32 bytes each. */
export interface Randoms {
  readonly client: Buffer;
  readonly server: Buffer;
}

/** A key of the other side's. */
export interface ServerKey {
  readonly group: number;
  readonly point: Buffer;
}

const namedCurve = 3;

/**
 * The server's key of this handshake; undefined when it is not signed with the key of the certificate. Without that
 * anybody on the path could show somebody else's certificate. Throws a {@link DtlsError}.
 */
export function serverKey(ecdsa: Ecdsa, body: Buffer, randoms: Randoms, certificate: Buffer): ServerKey | undefined {
  return reading('ServerKeyExchange', () => {
    if (body.readUInt8(0) !== namedCurve)
      throw new DtlsError('the peer chooses a curve that was not offered', alertCode.illegalParameter);
    const pointEnd = end(body, 4, body.readUInt8(3));
    const signed = Buffer.concat([randoms.client, randoms.server, body.subarray(0, pointEnd)]);
    if (!isSignedBy(ecdsa, certificate, signed, body.subarray(pointEnd))) return undefined;
    return { group: body.readUInt16BE(1), point: body.subarray(4, pointEnd) };
  });
}

/** The body of a ServerKeyExchange of ours. */
export function serverKeyBody(group: number, { point }: KeyShare, { client, server }: Randoms, sign: Sign): Buffer {
  const key = Buffer.concat([Buffer.from([namedCurve]), uint16(group), shortVector(point)]);
  return Buffer.concat([key, signatureBody(sign(Buffer.concat([client, server, key])))]);
}

/** The point in a ClientKeyExchange. Throws a {@link DtlsError}. */
export const clientsPoint = (body: Buffer): Buffer =>
  reading('ClientKeyExchange', () => body.subarray(1, end(body, 1, body.readUInt8(0))));

/** A key of that group, the secret of which throws a {@link DtlsError} for what is no point. Throws one for another group. */
export function keyShare(group: number, x25519: () => KeyShare): KeyShare {
  if (group === namedGroup.x25519) return onCurve(x25519());
  if (group === namedGroup.p256) return onCurve(p256());
  throw new DtlsError('the peer chooses a curve that was not offered', alertCode.illegalParameter);
}

function p256(): KeyShare {
  const ours = createECDH('prime256v1');
  return { point: ours.generateKeys(), secret: (point) => ours.computeSecret(point), forget: () => {} };
}

const onCurve = ({ point, secret, forget }: KeyShare): KeyShare => ({
  point,
  forget,
  secret(theirs) {
    try {
      return secret(theirs);
    } catch {
      throw new DtlsError("the peer's key is no point of its curve", alertCode.illegalParameter);
    }
  },
});
