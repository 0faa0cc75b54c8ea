import { setTimeout as sleep } from 'node:timers/promises';
import type { WatchFault } from './fault.ts';

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

/** Thrown where the connection is to break. */
export class BrokenConnection extends Error {}

/** A watch's lines, until what is to befall it. Throws BrokenConnection; a plain end is a clean close. */
export async function* wreckedWatch(chunks: AsyncIterable<Buffer>, fault: WatchFault): AsyncGenerator<Buffer, void> {
  const lines = wholeLines(chunks);
  const never = new Promise<never>(() => undefined);
  let due = sleep(fault.afterMs, 'due' as const, { ref: false });
  let last: Buffer | undefined;
  let next = lines.next();
  for (;;) {
    const first = await Promise.race([next, due]);
    if (first === 'due') {
      yield* wreck(fault, last);
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

async function* wreck({ then, silentMs = 0 }: WatchFault, last: Buffer | undefined): AsyncGenerator<Buffer, void> {
  if (then === 'Expired') yield Buffer.from(`${JSON.stringify(expired)}\n`);
  if (then === 'Garbled') yield Buffer.from('{"type":"MODIFIED","object":{"meta\n');
  if (then === 'Repeated' && last !== undefined) yield last;
  if (then === 'Silent') await sleep(silentMs, undefined, { ref: false });
  if (then === 'Silent' || then === 'Reset') throw new BrokenConnection(then);
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
