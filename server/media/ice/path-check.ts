/**
 * Whether a client gets what is sent to an address, before media goes there. A check that the client signs names any
 * address it likes as its source, somebody else's too; so the address is asked by a check of our own, and only who reads
 * mail there can answer it.
 *
 *   client, from a new address ── check, USE-CANDIDATE ──► answered, and checked by us; media goes on to the old address
 *                              ◄── our check, 96 random bits ──
 *                              ── its answer, signed ──► media moves
 *
 * A client's first address needs no such check: nothing but DTLS goes there until its keys are agreed upon, which takes
 * somebody who reads what comes (RFC 6347 section 4.2.1). So a join waits for nothing.
 *
 * A client that does not nominate again when its NAT gives it another address is moved, too, once it has answered from
 * there and is not heard of where it was (docs/decisions/0039-consent-is-of-an-address.md).
 *
 * One check of ours goes out for each that came in, and together with the answer it is less than three times as long.
 */

import { ownCopy } from '../own-copy.ts';
import type { DropReason } from '../plane.ts';
import type { IceSession, Transport } from '../transport.ts';
import type { Endpoint } from '../udp/address.ts';
import type { World } from '../world.ts';
import { isAuthentic } from './stun.ts';
import { bindingCheck, successfulAnswer } from './stun-check.ts';

/** An address that a valid check of the client's came from. */
export interface Path extends Endpoint {
  /** It was another client's when the check came, and is until this one has answered us. */
  isClaim: boolean;
  /** The request of our check, under a transaction id that nobody can foretell; undefined while none is under way. */
  request: Buffer | undefined;
  /** The ICE session that the request is of. */
  askedIn: IceSession | undefined;
  askedMs: number;
  /** The how manyth check it was by which the client wanted to be sent here, last; 0: none. */
  nomination: number;
  /** When it last answered us. */
  provenMs: number;
}

export const path = ({ address, port }: Endpoint, isClaim: boolean): Path => ({
  address,
  port,
  isClaim,
  request: undefined,
  askedIn: undefined,
  askedMs: Number.NEGATIVE_INFINITY,
  nomination: 0,
  provenMs: Number.NEGATIVE_INFINITY,
});

/** An answer counts for as long as consent does (RFC 7675 section 5.1). */
const provenForMs = 30_000;
const isProven = ({ provenMs }: Path, nowMs: number): boolean => nowMs - provenMs < provenForMs;

/** Addresses that one client may have at a time: its interfaces, times the moves of a NAT. */
export const maxPaths = 16;

/** The oldest that it has not answered from of late, nor is sent to; undefined while there is none. */
export const sparePath = (of: Transport, nowMs: number): Path | undefined =>
  of.paths.find((path) => !isPresent(of, path) && !isProven(path, nowMs));

/** Whether it is where the client is sent to. On the packet path. */
export const isPresent = (of: Transport, at: Endpoint): boolean => of.port === at.port && of.address === at.address;

/** A check that is repeated within this time is the same again, so that an answer to either is an answer. */
const repeatedWithinMs = 500;

/**
 * After a valid check of `ice` from `at`: sends there from now on, if the client is to be sent there and known to be. False
 * if it is not known to be there: whoever has seen a check of the client's can have sent it, as STUN knows no replays.
 */
export function follow(transport: Transport, ice: IceSession, at: Path, isNominating: boolean, world: World): boolean {
  if (isNominating || !transport.isNominated) at.nomination = ++transport.nominations;
  if (transport.port === 0) move(transport, at);
  if (!at.isClaim && (isPresent(transport, at) || isProven(at, world.now()))) {
    if (isDue(transport, at)) move(transport, at);
    return true;
  }
  ask(ice, at, world);
  return false;
}

/** Whether a client that is known to be there is to be sent there: it wanted that last, or is not where it was. */
const isDue = (transport: Transport, at: Path): boolean =>
  transport.isGone || at.nomination > (pathOf(transport, transport)?.nomination ?? 0);

/** Sends a check of ours, the same again when there was one just now. */
export function ask(ice: IceSession, at: Path, world: World): void {
  const now = world.now();
  if (at.request === undefined || at.askedIn !== ice || now - at.askedMs >= repeatedWithinMs) {
    at.request = ownCopy(bindingCheck(ice, world.randomBytes(12)));
    at.askedIn = ice;
    at.askedMs = now;
  }
  world.send([at.request], at);
}

export const pathOf = ({ paths }: Transport, { address, port }: Endpoint): Path | undefined =>
  paths.find((path) => path.address === address && path.port === port);

/** Takes in what may be the answer to a check of ours. */
export function hearAnswer(transport: Transport, datagram: Buffer, at: Path, nowMs: number): DropReason | undefined {
  const answer = successfulAnswer(datagram);
  if (answer === undefined || at.request === undefined || at.askedIn === undefined) return 'Unknown';
  if (datagram.compare(at.request, 4, 20, 4, 20) !== 0) return 'Unknown';
  if (!isAuthentic(datagram, answer, at.askedIn.remoteKey)) return 'BadIntegrity';
  at.request = undefined;
  at.provenMs = nowMs;
  transport.roundTripMs = nowMs - at.askedMs;
  if (isDue(transport, at)) move(transport, at);
  return undefined;
}

function move(transport: Transport, { address, port }: Endpoint): void {
  transport.address = address;
  transport.port = port;
}
