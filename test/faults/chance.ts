import { createHash } from 'node:crypto';
import { seeded } from '#test/harness/seeded.ts';
import type { Broken, Call, Fate, Fault, WatchFault } from './fault.ts';

/** How likely each kind of trouble is, from 0 to 1 of all requests together. */
export interface Trouble {
  /** Of requests that are no watches. */
  readonly requests: number;
  /** Of watches. */
  readonly watches: number;
  /** The longest that anything is held up. */
  readonly longestMs: number;
  /** The longest that a watch goes undisturbed. */
  readonly watchLifeMs: number;
}

/**
 * Faults by a seed. What befalls a request is a matter of the seed and of which of its like it is (the third PATCH of
 * this object), and not of what else is under way: a run that is repeated with its seed meets the same faults, as far as
 * the operator asks for the same.
 */
export function troubled(seed: number, trouble: Trouble): Fate {
  const counts = new Map<string, number>();
  return (call) => {
    const like = likeness(call);
    const nth = (counts.get(like) ?? 0) + 1;
    counts.set(like, nth);
    const random = seeded(createHash('sha256').update(`${seed} ${like} ${nth}`).digest().readUInt32LE());
    if (call.isWatch) return random() < trouble.watches ? ofWatch(random, trouble) : undefined;
    return random() < trouble.requests ? ofRequest(random, trouble, call) : undefined;
  };
}

/** Without what differs between two runs: a pod's name ends in a hash of its room's UID. */
const likeness = ({ method, isWatch, path }: Call): string =>
  `${isWatch ? 'WATCH' : method} ${path.replace(/(?<=\/pods\/.*-)[a-z0-9]{5}(?=$|\/)/, '')}`;

function ofRequest(random: () => number, { longestMs }: Trouble, { method, query }: Call): Fault {
  const kinds: readonly (() => Fault)[] = [
    () => ({ kind: 'Refused', status: 429, retryAfterSeconds: 1 }),
    () => ({ kind: 'Refused', status: 500 }),
    () => ({ kind: 'Refused', status: 503 }),
    () => ({ kind: 'ResetBefore', breaks: broken(random, 0.25) }),
    () => ({ kind: 'ResetAfter', breaks: broken(random, 0.25) }),
    () => ({ kind: 'ResetAfter', breaks: broken(random, 0.25) }),
    () => ({ kind: 'Stalled', forMs: random() * longestMs }),
    () => ({ kind: 'HalfOpen', forMs: random() * longestMs, breaks: broken(random, silentConnections) }),
    () => ({ kind: 'GoAway' }),
    // A page of a list whose version is forgotten.
    ...(method === 'GET' && query.has('limit') ? [(): Fault => ({ kind: 'Refused', status: 410 })] : []),
  ];
  return one(random, kinds)();
}

function ofWatch(random: () => number, { longestMs, watchLifeMs }: Trouble): Fault {
  const then = one(random, ['Closed', 'Reset', 'Expired', 'Garbled', 'Repeated', 'Silent', 'Refused'] as const);
  if (then === 'Refused') return { kind: 'Refused', status: one(random, [410, 429, 500, 503]) };
  const breaks = broken(random, then === 'Silent' ? silentConnections : 0.25);
  const wreck: WatchFault = { kind: 'Watch', afterMs: random() * watchLifeMs, then, breaks };
  return then === 'Silent' ? { ...wreck, silentMs: random() * longestMs } : wreck;
}

/** Silence of a connection holds up everything: were it as frequent as that of a request, nothing else would ever happen. */
const silentConnections = 0.05;

const broken = (random: () => number, connections: number): Broken =>
  random() < connections ? 'Connection' : 'Stream';

const one = <T>(random: () => number, choices: readonly T[]): T => choices[Math.floor(random() * choices.length)] as T;
