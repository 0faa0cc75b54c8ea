/**
 * What a second core adds: how much the media plane can forward from one publisher to two hundred subscribers on two
 * processors, beside how much on one. Nobody reads what arrives, so that there is work for two: the kernel drops it where
 * it would wait to be read.
 *
 * The packets that got through in a second are told, but depend on who else needs the second processor. What is compared
 * is CPU time: a process can forward a packet as often as its busiest thread has done its part of one. On one processor
 * that is the part of all its threads together.
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { takenOver } from './drain.ts';
import { type Figure, table } from './figure.ts';
import type { Contender } from './forwarding-load.ts';
import { planeOn } from './forwarding-plane.ts';
import { allowedProcessors } from './machine.ts';
import { median } from './quantile.ts';

/** More than one thread serves by itself (server/media/egress/placement.ts). */
const clients = { subscribers: 200, payloadBytes: 1200 };
const seconds = 4;
const warmUpMs = 1000;
/** Of each, by turns. */
const runs = 5;

/** Takes about a minute. */
export async function coresBench(say: (text: string) => void): Promise<readonly Figure[]> {
  const allowed = allowedProcessors(await readFile('/proc/self/status', 'utf8'));
  if (allowed.length < 2) {
    say('cores: not measured, as there is one only');
    return [];
  }
  const one: number[] = [];
  const two: number[] = [];
  for (let run = 0; run < runs; run++) {
    for (const times of [one, two]) {
      const processors = allowed.slice(0, times === one ? 1 : 2);
      const { packetsPerSecond, all, busiest } = await runOn(processors);
      const cpu = `${all.toFixed(2)} µs of CPU for each, ${busiest.toFixed(2)} by the busiest thread`;
      say(`cores: on ${processors.join(' and ')}: ${packetsPerSecond.toFixed(0)} packets a second, ${cpu}`);
      times.push(times === one ? all : busiest);
    }
  }
  return [
    {
      name: `CPU time between forwarded packets on 2 cores, 1 to ${clients.subscribers}, saturated`,
      value: median(two),
      unit: 'µs',
      baseline: { name: 'on 1 core', value: median(one) },
      target: { timesLess: 1.7 },
    },
  ];
}

/** CPU time in microseconds for each packet to a subscriber: of all threads, and of the busiest. */
interface Forwarded {
  readonly packetsPerSecond: number;
  readonly all: number;
  readonly busiest: number;
}

async function runOn(processors: readonly number[]): Promise<Forwarded> {
  const contender = await planeOn(processors, clients);
  try {
    takenOver(contender.downSockets);
    const busy = publishing(contender);
    await busy(warmUpMs);
    const look = async () => ({
      ...(await contender.usage()),
      threads: new Map((await contender.threads()).map(({ id, cpuMicroseconds }) => [id, cpuMicroseconds])),
      atMs: performance.now(),
    });
    const before = await look();
    await busy(seconds * 1000);
    const after = await look();
    const forwarded = after.forwarded - before.forwarded;
    const times = [...after.threads].map(([id, microseconds]) => microseconds - (before.threads.get(id) ?? 0));
    return {
      packetsPerSecond: (1000 * forwarded) / (after.atMs - before.atMs),
      all: times.reduce((sum, time) => sum + time, 0) / forwarded,
      busiest: Math.max(...times) / forwarded,
    };
  } finally {
    await contender.stop();
  }
}

/** Some 60 ms of work, which fit into the kernel's buffer. */
const onTheWay = 64;
const lookEveryMs = 10;

/** Sees to it that there is always something to forward, by what the contender says that it has forwarded. */
function publishing({ publish, usage }: Contender): (ms: number) => Promise<void> {
  let sent = 0;
  let forwardedBefore = -1;
  let lost = 0;
  return async (ms) => {
    for (const endsMs = performance.now() + ms; performance.now() < endsMs; await pause(lookEveryMs)) {
      const forwarded = (await usage()).forwarded / clients.subscribers;
      // Nothing has moved for so long: what is still on its way was lost.
      if (forwarded === forwardedBefore) lost = sent - forwarded;
      forwardedBefore = forwarded;
      for (const upTo = forwarded + lost + onTheWay; sent < upTo; sent++) publish(sent);
    }
  };
}

if (import.meta.main) console.log(table(await coresBench((text) => console.error(text))));
