import type { DropReason } from '../plane.ts';
import type { IceSession, Transport } from '../transport.ts';
import type { Endpoint } from '../udp/address.ts';
import { bindingRequest, isAuthentic } from './stun.ts';
import { bindingSuccess, roleConflict, unknownAttribute } from './stun-answer.ts';

/** A valid check: whose it is, of which of its ICE sessions, and whether it nominates its address. */
export interface ValidCheck {
  readonly transport: Transport;
  readonly ice: IceSession;
  readonly isNominating: boolean;
}

/** A connectivity check: what to answer, and what it says where it is valid. */
export interface Check {
  readonly answer: Buffer;
  readonly valid?: ValidCheck;
}

/** Judges a datagram that looks like STUN. Nothing is answered that is not signed, so nobody can use us as an amplifier. */
export function check(
  datagram: Buffer,
  from: Endpoint,
  byUfrag: (localUfrag: string) => Transport | undefined,
): Check | DropReason | 'NotRequest' {
  const request = bindingRequest(datagram);
  if (request === 'Malformed') return 'MalformedStun';
  if (request === 'NotRequest') return request;
  const transport = byUfrag(request.localUfrag);
  const ice = transport?.nextIce?.localUfrag === request.localUfrag ? transport.nextIce : transport?.ice;
  if (transport === undefined || ice?.remoteUfrag !== request.remoteUfrag) return 'UnknownUfrag';
  const key = ice.stunKey;
  if (!isAuthentic(datagram, request, key)) return 'BadIntegrity';
  if (request.unknown.length > 0) return { answer: unknownAttribute(datagram, request.unknown, key) };
  if (request.isControlled) return { answer: roleConflict(datagram, key) };
  return { answer: bindingSuccess(datagram, from, key), valid: { transport, ice, isNominating: request.useCandidate } };
}
