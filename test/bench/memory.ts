/**
 * What viewers take of memory who are connected and are sent nothing, and whether it comes back: a whole server before they
 * come, with a thousand, and when they have left. Its garbage is taken away each time, and RSS is read when the server has
 * given back what that left unused.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { type Figure, table } from './figure.ts';
import type { JoiningQuestion } from './joining-child.ts';
import type { ServerQuestion } from './server-child.ts';
import { onStage, type Stage } from './stage.ts';

const viewers = 1000;
const atOnce = 25;
interface Memory {
  /** Of all threads together. */
  readonly heapBytes: number;
  readonly rssBytes: number;
}

/** Code that has been compiled stays, however many come later. */
const warmUp = 200;
/** What is kept of a handshake in case that its last message was lost goes after ten seconds. */
const settleMs = 12_000;
/** The server gives unused memory back every twenty seconds. In all it stays below two minutes, as the publisher sends nothing. */
const givenBackMs = 21_000;

/** Takes two minutes. */
export async function memoryBench(say: (text: string) => void): Promise<readonly Figure[]> {
  const [before, during, after] = await onStage(async (stage) => {
    await come(stage, warmUp);
    await leave(stage);
    const before = await seen(stage, 'before', say);
    await come(stage, viewers);
    const during = await seen(stage, `with ${viewers} viewers`, say);
    await leave(stage);
    return [before, during, await seen(stage, 'when they have left', say)] as const;
  });
  // What was compiled and is not used any more goes at some time: the lesser of both tells more.
  const without = (what: keyof Memory) => Math.min(before[what], after[what]);
  const each = (what: keyof Memory) => (during[what] - without(what)) / viewers / 1000;
  const inMB = (of: Memory, what: keyof Memory) => of[what] / 1e6;
  const back = (name: string, what: keyof Memory): Figure => ({
    name: `${name} when ${viewers} have come and left`,
    value: inMB(after, what),
    unit: 'MB',
    baseline: { name: 'before', value: inMB(before, what) },
    target: { timesMore: 1.05 },
  });
  return [
    { name: 'heap per idle subscriber', value: each('heapBytes'), unit: 'kB', target: { atMost: 60 } },
    { name: 'RSS per idle subscriber', value: each('rssBytes'), unit: 'kB', target: { atMost: 120 } },
    back('heap', 'heapBytes'),
    back('RSS', 'rssBytes'),
  ];
}

const come = ({ joiners, hall }: Stage, join: number) =>
  joiners.ask({ join, atOnce, in: hall } satisfies JoiningQuestion);
const leave = ({ joiners }: Stage) => joiners.ask('leave' satisfies JoiningQuestion);

async function seen({ server }: Stage, when: string, say: (text: string) => void): Promise<Memory> {
  await pause(settleMs);
  const heapBytes = await server.ask<number>('heap' satisfies ServerQuestion);
  await pause(givenBackMs);
  const rssBytes = await server.ask<number>('rss' satisfies ServerQuestion);
  const memory = { heapBytes, rssBytes };
  say(`memory ${when}: heap ${(memory.heapBytes / 1e6).toFixed(1)} MB, RSS ${(memory.rssBytes / 1e6).toFixed(1)} MB`);
  return memory;
}

if (import.meta.main) console.log(table(await memoryBench((text) => console.error(text))));
