/**
 * What forwarding costs: one publisher, fifty subscribers, through the media plane as the server runs it, beside werift's
 * own `RTCRtpSender.sendRtp` (the baseline) and a relay that only copies datagrams (the limit). The contenders take turns,
 * so that a machine that is busy with other things is busy for all of them.
 */
import { type Figure, table } from './figure.ts';
import { type Contender, type Load, latencyParts, type Measurement, measure, passageText } from './forwarding-load.ts';
import { plane } from './forwarding-plane.ts';
import { relay } from './forwarding-relay.ts';
import { werift } from './forwarding-werift.ts';
import { median, quantile } from './quantile.ts';
import { type Saturated, saturate } from './saturation.ts';

/**
 * 480 Mbit/s go out. More than werift can do: it then forwards what it can, and since it never waits, each packet costs
 * it the least that it ever does.
 */
const usual: Load = { subscribers: 50, packetsPerSecond: 1000, payloadBytes: 1200, seconds: 4 };

const contenders = { plane, werift, relay } satisfies Record<string, (load: Load) => Promise<Contender>>;
type Name = keyof typeof contenders;
/** Those whom the usual load leaves with time to wait. */
const unhurried = ['plane', 'relay'] as const satisfies readonly Name[];

interface Measured {
  readonly usual: Record<Name, Measurement[]>;
  readonly saturated: Record<(typeof unhurried)[number], Saturated[]>;
}

/** Of each contender; the medians count. */
const runs = 3;

/** Takes about a minute and a half. `say` is told of each run, with the packets that were lost on the way, if any. */
export async function forwardingBench(say: (text: string) => void): Promise<readonly Figure[]> {
  const measured: Measured = { usual: { plane: [], werift: [], relay: [] }, saturated: { plane: [], relay: [] } };
  for (let run = 0; run < runs; run++) {
    for (const name of Object.keys(contenders) as Name[]) {
      const result = await runOnce(name, (contender) => measure(contender, usual));
      say(`forwarding by ${name}: ${result.microsecondsPerPacket.toFixed(2)} µs, ${passageText(result)}`);
      measured.usual[name].push(result);
    }
    for (const name of unhurried) {
      const result = await runOnce(name, (contender) => saturate(contender, usual.seconds));
      const { microsecondsPerPacket, packetsPerSecond } = result;
      say(`forwarding by ${name}: ${microsecondsPerPacket.toFixed(2)} µs, ${packetsPerSecond.toFixed(0)} a second`);
      measured.saturated[name].push(result);
    }
  }
  return figures(measured);
}

async function runOnce<T>(name: Name, run: (contender: Contender) => Promise<T>): Promise<T> {
  const contender = await contenders[name](usual);
  try {
    return await run(contender);
  } finally {
    await contender.stop();
  }
}

/** The last of fifty copies leaves some 300 µs after the first has come, by the CPU that they take. */
const p95Target = { atMost: 400 } as const;

function figures(measured: Measured): Figure[] {
  const cpu = (of: readonly Pick<Saturated, 'microsecondsPerPacket'>[]) =>
    median(of.map(({ microsecondsPerPacket }) => microsecondsPerPacket));
  const latency = (name: Name, part: number) =>
    median(measured.usual[name].map((run) => quantile(run.latencyMicroseconds, part)));
  const werift = { name: 'werift sendRtp', value: cpu(measured.usual.werift) };
  const beside = (how: keyof Measured, atMost: number): readonly Figure[] => {
    const name = `CPU per forwarded packet, 1 to ${usual.subscribers}, ${words[how]}`;
    const own = { value: cpu(measured[how].plane), unit: 'µs' } as const;
    return [
      { name, ...own, baseline: werift, target: { atMost, timesLess: 4.2 } },
      { name: `${name}, and the limit`, ...own, baseline: { name: 'bare UDP relay', value: cpu(measured[how].relay) } },
    ];
  };
  return [
    ...beside('saturated', 5.5),
    ...beside('usual', 6.5),
    ...latencyParts.map(
      (part): Figure => ({
        name: `latency of forwarding, p${part * 100}`,
        value: latency('plane', part),
        unit: 'µs',
        baseline: { name: 'bare UDP relay', value: latency('relay', part) },
        ...(part === 0.95 && { target: p95Target }),
      }),
    ),
  ];
}

const words: Readonly<Record<keyof Measured, string>> = {
  saturated: 'saturated',
  usual: `${usual.subscribers * usual.packetsPerSecond} a second`,
};

if (import.meta.main) console.log(table(await forwardingBench((text) => console.error(text))));
