import type { Endpoint } from './address.ts';
import type { DropReason } from './plane.ts';
import { bindingRequest, isAuthentic } from './stun.ts';
import { bindingSuccess, roleConflict, unknownAttribute } from './stun-answer.ts';
import type { Transport } from './transport.ts';

/** A connectivity check: what to answer, and, for a valid one, whose it is and whether it nominates its address. */
export interface Check {
  readonly answer: Buffer;
  readonly valid?: { readonly transport: Transport; readonly isNominating: boolean };
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
  if (transport === undefined || transport.remoteUfrag !== request.remoteUfrag) return 'UnknownUfrag';
  const key = transport.stunKey;
  if (!isAuthentic(datagram, request, key)) return 'BadIntegrity';
  if (request.unknown.length > 0) return { answer: unknownAttribute(datagram, request.unknown, key) };
  if (request.isControlled) return { answer: roleConflict(datagram, key) };
  return { answer: bindingSuccess(datagram, from, key), valid: { transport, isNominating: request.useCandidate } };
}
