import type { LiveRoom } from '#crds/liveroom.ts';
import type { Finding } from '../decide/finding.ts';
import { foreignSecrets } from './tokens.ts';
import { believedMs } from './tokens-seen.ts';

const recheck = { secretMs: 12_000, brokenMs: 60_000, soundMs: believedMs } as const;

/**
 * When to look again at what is not watched, in ms: for each Secret of somebody else's that is looked for, for anything else
 * that a person has to put right, and for what is well. No room costs more than five requests a minute by being stuck.
 */
export function recheckMs(room: LiveRoom, problem: Finding | undefined): number | undefined {
  const secrets = foreignSecrets(room).length;
  if (problem === undefined) return secrets > 0 ? recheck.soundMs : undefined;
  const isOfSecret = problem.reason === 'InvalidSecretRef' || problem.reason === 'TLSSecretMissing';
  return isOfSecret ? recheck.secretMs * secrets : recheck.brokenMs;
}
