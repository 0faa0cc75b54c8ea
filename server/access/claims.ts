/**
 * What a JWT allows, once its signature and times have been found right. Pure. Nothing is allowed that is not said:
 *
 *   room       "namespace/name", or a list of such; "name" alone with a room's own key. A star stands for any namespace
 *              or any name
 *   publish    true: may send
 *   subscribe  true: may watch
 *   admin      true, or role "admin": may do everything in the rooms that it names
 *   sub        who it is: a session is theirs who made it, and the audit log names them
 *
 * A room's own key needs no `room`: whoever made the token meant that room. A key that signs for many rooms must name
 * them in full, as a room of the same name in another namespace is somebody else's.
 */
import { createHash } from 'node:crypto';
import type { Role } from '../room/room.ts';
import { roomNames } from '../room/room-id.ts';
import { denied, type Verdict } from './verdict.ts';

/** For whom a key signs: for one room, or for whoever names it. */
export type KeyOf = 'Room' | 'Everybody';

export interface Asked {
  readonly role: Role;
  /** `namespace/name`. */
  readonly room: string;
}

export interface ClaimsContext extends Asked {
  readonly keyOf: KeyOf;
  readonly nowMs: number;
}

/** How far clocks may differ, for all times in tokens. */
export const leewaySeconds = 30;

/** Names beyond these are not looked at. */
const maxRooms = 100;
/** As much as the audit log writes of it. */
const maxSubject = 128;

export type Claims = Readonly<Record<string, unknown>>;

/** Whether somebody with these claims may do what is asked. Of times, only `iat` is judged here. */
export function allowance(claims: Claims, { role, room, keyOf, nowMs }: ClaimsContext): Verdict {
  const issued = claims['iat'];
  if (issued !== undefined && !(typeof issued === 'number' && issued <= nowMs / 1000 + leewaySeconds))
    return denied('Unusable', 'The token was issued in the future, by this clock; see its iat claim.');
  if (!isFor(claims['room'], room, keyOf)) return denied('Forbidden', roomDetail(claims['room'], room, keyOf));
  const isAdmin = isTrue(claims['admin']) || claims['role'] === 'admin';
  const claim = role === 'publisher' ? 'publish' : 'subscribe';
  if (!isAdmin && !isTrue(claims[claim]))
    return denied('Forbidden', `The token does not allow this: its claim ${claim} would have to be true.`);
  const subject = claims['sub'];
  return { isGranted: true, isAdmin, ...(typeof subject === 'string' && { subject: bounded(subject) }) };
}

/** Told from all others by all of it, and kept for as long as a session lasts. How it begins is for the audit log's readers. */
function bounded(subject: string): string {
  // Shorter than what is made of a long one, so that none can have it for its own.
  if (subject.length < maxSubject) return subject;
  const hash = createHash('sha256').update(subject).digest('base64url');
  return `${subject.slice(0, maxSubject - hash.length - 1)}#${hash}`;
}

/** Some makers of tokens know no booleans. */
const isTrue = (claim: unknown) => claim === true || claim === 1;

function isFor(claim: unknown, room: string, keyOf: KeyOf): boolean {
  if (claim === undefined) return keyOf === 'Room';
  const names: readonly unknown[] = Array.isArray(claim) ? claim.slice(0, maxRooms) : [claim];
  return names.some((name) => typeof name === 'string' && matches(name, room, keyOf));
}

function matches(pattern: string, room: string, keyOf: KeyOf): boolean {
  const { namespace, name } = roomNames(room);
  const [first = '', second, ...more] = pattern.split('/');
  if (second === undefined) return keyOf === 'Room' && first === name;
  return more.length === 0 && [namespace, '*'].includes(first) && [name, '*'].includes(second);
}

function roomDetail(claim: unknown, room: string, keyOf: KeyOf): string {
  if (claim === undefined) return `The token names no room: its claim room would have to be "${room}".`;
  const isBare = keyOf === 'Everybody' && typeof claim === 'string' && !claim.includes('/');
  return isBare
    ? `The token names its room without a namespace: its claim room would have to be "${room}".`
    : `The token is for another room than ${room}; see its claim room.`;
}
