import type { LiveRoom } from '#crds/liveroom.ts';
import type { Finding } from '../decide/finding.ts';
import { foreignSecrets } from './tokens-given.ts';
import { believedMs } from './tokens-seen.ts';

/** What a person has to put right before a room is well. */
export interface Troubles {
  /** With its tokens, or with its objects, of which there are two. */
  readonly spec: Finding | undefined;
  readonly pod: Finding | undefined;
  /** With its certificate, or with one object each: what leads its host name to it, what it is monitored by. */
  readonly others: readonly (Finding | undefined)[];
}

/** After so long what is in trouble is looked at again, and what is well. */
const recheck = { secretMs: 12_000, podMs: 30_000, brokenMs: 60_000, soundMs: believedMs } as const;

/** There is one request in so long. */
const requestMs = 12_000;

/**
 * When to look again at what is not watched, in ms: for Secrets of somebody else's, for anything else that a person has to
 * put right, and for what is well. One look tries everything again, so that the more there is, the later it comes: no room
 * costs more than five requests a minute by being stuck.
 */
export function recheckMs(room: LiveRoom, { spec, pod, others }: Troubles): number | undefined {
  const secrets = foreignSecrets(room).length;
  const rest = others.filter((trouble) => trouble !== undefined).filter(({ reason }) => reason !== 'Removed');
  if (spec === undefined && pod === undefined && rest.length === 0) return secrets > 0 ? recheck.soundMs : undefined;
  const afterMs = [
    ...[spec, ...rest].filter((trouble) => trouble !== undefined).map(patienceMs),
    ...(pod ? [recheck.podMs] : []),
  ];
  // Read each time, whether or not something is wrong with it.
  const certificates = room.spec.network.http?.tlsSecretRef === undefined ? 0 : 1;
  const ofSpec = spec?.reason === 'InvalidSecretRef' ? secrets - certificates : 2 * requestsFor(spec);
  const ofRest = rest.filter(({ reason }) => reason !== 'TLSSecretMissing').map(requestsFor);
  const requests = [certificates, ofSpec, requestsFor(pod), ...ofRest].reduce((sum, count) => sum + count);
  return Math.max(Math.min(...afterMs), requests * requestMs);
}

const patienceMs = ({ reason }: Finding): number =>
  reason === 'InvalidSecretRef' || reason === 'TLSSecretMissing' ? recheck.secretMs : recheck.brokenMs;

/** Whose an object is that has the name is asked besides. */
const requestsFor = (trouble: Finding | undefined): number =>
  trouble === undefined ? 0 : trouble.reason === 'NameConflict' ? 2 : 1;
