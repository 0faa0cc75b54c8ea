import { setTimeout as sleep } from 'node:timers/promises';
import type { Broken, WatchFault } from './fault.ts';

const expired = {
  type: 'ERROR',
  object: {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    reason: 'Expired',
    code: 410,
    message: 'too old resource version (an injected fault)',
  },
};

/** Thrown where a watch is to break off. */
export class BrokenOff extends Error {
  readonly what: Broken;

  constructor(what: Broken) {
    super(`the ${what.toLowerCase()} is to break`);
    this.what = what;
  }
}

/**
 * A watch's lines, until what is to befall it; `silence` is for the connection. Throws BrokenOff; a plain end is a clean
 * close.
 */
export async function* wreckedWatch(
  chunks: AsyncIterable<Buffer>,
  fault: WatchFault,
  silence: () => void,
): AsyncGenerator<Buffer, void> {
  const lines = wholeLines(chunks);
  const never = new Promise<never>(() => undefined);
  let due = sleep(fault.afterMs, 'due' as const, { ref: false });
  let last: Buffer | undefined;
  let next = lines.next();
  for (;;) {
    const first = await Promise.race([next, due]);
    if (first === 'due') {
      yield* wreck(fault, last, silence);
      if (fault.then !== 'Repeated') break;
      due = never;
      continue;
    }
    if (first.done) return;
    last = first.value;
    yield last;
    next = lines.next();
  }
  next.catch(() => undefined);
}

async function* wreck(
  { then, breaks, silentMs = 0 }: WatchFault,
  last: Buffer | undefined,
  silence: () => void,
): AsyncGenerator<Buffer, void> {
  if (then === 'Expired') yield Buffer.from(`${JSON.stringify(expired)}\n`);
  if (then === 'Garbled') yield Buffer.from('{"type":"MODIFIED","object":{"meta\n');
  if (then === 'Repeated' && last !== undefined) yield last;
  if (then === 'Silent' && breaks === 'Connection') silence();
  if (then === 'Silent') await sleep(silentMs, undefined, { ref: false });
  if (then === 'Silent' || then === 'Reset') throw new BrokenOff(breaks);
}

async function* wholeLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    rest = Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(10) + 1; end > 0; end = rest.indexOf(10) + 1) {
      yield rest.subarray(0, end);
      rest = rest.subarray(end);
    }
  }
}
