/**
 * What a second core adds: how much the media plane can forward from one publisher to fifty subscribers on two processors,
 * beside how much on one. Whoever makes and takes the packets has no processor of their own, and needs some of the second.
 */
import { readFile } from 'node:fs/promises';
import { type Figure, table } from './figure.ts';
import { planeOn } from './forwarding-plane.ts';
import { allowedProcessors } from './machine.ts';
import { median } from './quantile.ts';
import { saturate } from './saturation.ts';

const clients = { subscribers: 50, payloadBytes: 1200 };
const seconds = 4;
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
      const { packetsPerSecond, microsecondsPerPacket } = await runOn(processors);
      const cpu = `${microsecondsPerPacket.toFixed(2)} µs of CPU for each`;
      say(`cores: on ${processors.join(' and ')}: ${packetsPerSecond.toFixed(0)} packets a second, ${cpu}`);
      times.push(1e6 / packetsPerSecond);
    }
  }
  return [
    {
      name: `time between forwarded packets on 2 cores, 1 to ${clients.subscribers}, saturated`,
      value: median(two),
      unit: 'µs',
      baseline: { name: 'on 1 core', value: median(one) },
      target: { timesLess: 1.7 },
    },
  ];
}

async function runOn(processors: readonly number[]) {
  const contender = await planeOn(processors, clients);
  try {
    return await saturate(contender, seconds);
  } finally {
    await contender.stop();
  }
}

if (import.meta.main) console.log(table(await coresBench((text) => console.error(text))));
