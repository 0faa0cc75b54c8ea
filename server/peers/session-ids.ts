/**
 * Ids of sessions that say whose they are, to our pods alone. A request for a session may come to any pod of its room, and
 * goes on from there to the one that has it; whoever could make up an id could send our pods where they like.
 *
 *   seal of: port (2 bytes) | the pod (16) | its IP address (4 or 16)        67 letters for IPv4, 83 for IPv6
 */
import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import type { Draw } from '../draws.ts';
import { addressBytes } from '../media/udp/address.ts';
import type { Seal } from './seal.ts';

/** A pod, and where other pods reach it. */
export interface Owner {
  readonly address: string;
  /** Of its internal server. */
  readonly port: number;
  /** Tells it from a later one with the same address; see {@link podMark}. */
  readonly pod: string;
}

const markBytes = 16;
const addressAt = 2 + markBytes;

/** What stands for a pod, of its UID. */
export const podMark = (uid: string): string =>
  createHash('sha256').update(uid).digest().toString('base64url', 0, markBytes);

/** 128 random bits: who holds a room's name, and even its token, cannot guess another client's session. */
export const plainSessionId = (draw: Draw): string => draw(16).toString('base64url');

/**
 * A session's id that names its owner. Nobody guesses it either: it takes the key, and 96 random bits of the nonce, which
 * come first, so that the beginnings that stand in logs differ.
 */
export function sealedSessionId({ address, port, pod }: Owner, seal: Seal): string {
  const head = Buffer.alloc(2);
  head.writeUInt16BE(port);
  return seal.seal(Buffer.concat([head, Buffer.from(pod, 'base64url'), addressBytes(address)])).toString('base64url');
}

/** Whose session it is; undefined for an id that names nobody, or that none of our pods has made. */
export function ownerOf(id: string, seal: Seal): Owner | undefined {
  const sealed = Buffer.from(id, 'base64url');
  // Written in another way it is no id of ours, and would count as another session.
  const plain = sealed.toString('base64url') === id ? seal.open(sealed) : undefined;
  if (plain === undefined) return undefined;
  const address = addressText(plain.subarray(addressAt));
  if (isIP(address) === 0) return undefined;
  return { port: plain.readUInt16BE(), pod: plain.toString('base64url', 2, addressAt), address };
}

function addressText(bytes: Buffer): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups = bytes.toString('hex').match(/.{4}/g) ?? [];
  return groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':');
}
