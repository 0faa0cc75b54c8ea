/**
 * What the probes look at. The kubelet ends a process that does not answer at all, so a loop that hangs needs no check; and
 * an API server that is away is no reason to end one, since the next would fare no better. What is left is a part of the
 * operator that has got stuck by itself.
 */
import type { Watch } from './cluster/watch/watch.ts';
import type { Log } from './log.ts';

/** What a probe asks: whether the process lives, or whether it has seen all there is. */
export type Probe = 'live' | 'ready';

export interface HealthSeen {
  watches(): readonly Watch[];
  /** Whether everything is listed. */
  isReady(): boolean;
  /** How long each piece of work under way has taken so far. */
  workMs(): readonly number[];
}

export interface Finding {
  readonly name: 'watches' | 'workers' | 'caches';
  readonly probe: Probe;
  /** What is wrong; undefined when nothing is. */
  readonly fault: string | undefined;
}

/** A watch that is in order is never late at all; the rest is for a machine that slept. */
const mostOverdueMs = 60_000;
/** Five times what a reconcile may take before it is told to end. */
const mostWorkMs = 300_000;

/** Looks at everything. `onTurn` is told of each check that begins to fail or passes again: the kubelet shows no reasons. */
export function health(seen: HealthSeen, onTurn: (finding: Finding) => void): () => readonly Finding[] {
  const failing = new Set<Finding['name']>();
  return () => {
    const findings = findingsOf(seen);
    for (const finding of findings) {
      const isFailing = finding.fault !== undefined;
      if (isFailing === failing.has(finding.name)) continue;
      if (isFailing) failing.add(finding.name);
      else failing.delete(finding.name);
      onTurn(finding);
    }
    return findings;
  };
}

/** Tells of checks that begin to fail or pass again. One that is not ready is so at every start. */
export const turnsToLog =
  (log: Log) =>
  ({ name, probe, fault }: Finding): void => {
    if (fault === undefined) log.info('a check passes again', { check: name });
    else log[probe === 'live' ? 'warn' : 'info']('a check fails', { check: name, reason: fault });
  };

const findingsOf = (seen: HealthSeen): readonly Finding[] => [
  { name: 'watches', probe: 'live', fault: watchFault(seen.watches()) },
  { name: 'workers', probe: 'live', fault: workFault(seen.workMs()) },
  { name: 'caches', probe: 'ready', fault: seen.isReady() ? undefined : listFault(seen.watches()) },
];

function watchFault(watches: readonly Watch[]): string | undefined {
  const stuck = watches.filter(([, watch]) => watch.overdueMs() > mostOverdueMs);
  if (stuck.length === 0) return undefined;
  const longest = Math.max(...stuck.map(([, watch]) => watch.overdueMs()));
  return `nothing is done any more to watch ${kindsOf(stuck)}, for ${inSeconds(longest)}`;
}

function workFault(workMs: readonly number[]): string | undefined {
  const stuck = workMs.filter((ms) => ms > mostWorkMs);
  if (stuck.length === 0) return undefined;
  return `${stuck.length} of ${workMs.length} reconciles under way do not end, the longest after ${inSeconds(Math.max(...stuck))}`;
}

function listFault(watches: readonly Watch[]): string {
  const missing = watches.filter(([, watch]) => !watch.isSynced());
  return `the first lists are not in yet${missing.length > 0 ? `: ${kindsOf(missing)}` : ''}`;
}

const kindsOf = (watches: readonly Watch[]) => [...new Set(watches.map(([kind]) => kind))].join(', ');
const inSeconds = (ms: number) => `${Math.round(ms / 1000)} s`;
