/**
 * What forwarding costs: one publisher, fifty subscribers, through the media plane as the server runs it, beside werift's
 * own `RTCRtpSender.sendRtp` (the baseline) and a relay that only copies datagrams (the limit). The contenders take turns,
 * so that a machine that is busy with other things is busy for all of them. Processors are kept awake; what it costs where
 * they are not is told, too.
 */
import { awake } from './awake.ts';
import { type Figure, table } from './figure.ts';
import {
  type Contender,
  checkForwarded,
  type Load,
  latencyParts,
  type Measurement,
  measure,
  passageText,
} from './forwarding-load.ts';
import { plane } from './forwarding-plane.ts';
import { relay } from './forwarding-relay.ts';
import { werift } from './forwarding-werift.ts';
import { median, quantile } from './quantile.ts';
import { type Saturated, saturate } from './saturation.ts';

/**
 * 480 Mbit/s go out. More than werift can do: it then forwards what it can, and since it never waits, each packet costs
 * it the least that it ever does.
 */
const usual: Load = { subscribers: 50, packetsPerSecond: 1000, payloadBytes: 1200, seconds: 4, warmUpSeconds: 5 };

const contenders = { plane, werift, relay } satisfies Record<string, (load: Load) => Promise<Contender>>;
type Name = keyof typeof contenders;
/** Those whom the usual load leaves with time to wait. */
const unhurried = ['plane', 'relay'] as const satisfies readonly Name[];
const isUnhurried = (name: Name): boolean => (unhurried as readonly Name[]).includes(name);

interface Measured {
  readonly usual: Record<Name, Measurement[]>;
  /** The usual load, on processors that fall asleep between two packets. */
  readonly asleep: Record<(typeof unhurried)[number], Measurement[]>;
  readonly saturated: Record<(typeof unhurried)[number], Saturated[]>;
}

/** Of each contender; the medians count. Of five, one busy minute could decide. */
const runs = 9;
const asleepRuns = 3;

/** Takes about eight minutes. `say` is told of each run, with the packets that were lost on the way, if any. */
export async function forwardingBench(say: (text: string) => void): Promise<readonly Figure[]> {
  const measured: Measured = {
    usual: { plane: [], werift: [], relay: [] },
    asleep: { plane: [], relay: [] },
    saturated: { plane: [], relay: [] },
  };
  const offer = async (name: Name, how: string) => {
    const result = await runOnce(name, (contender) => measure(contender, usual));
    say(`forwarding by ${name}${how}: ${result.microsecondsPerPacket.toFixed(2)} µs, ${passageText(result)}`);
    if (isUnhurried(name)) checkForwarded(result);
    return result;
  };
  for (let run = 0; run < runs; run++) {
    await awake(async () => {
      for (const name of Object.keys(contenders) as Name[]) measured.usual[name].push(await offer(name, ''));
      for (const name of unhurried) {
        const result = await runOnce(name, (contender) => saturate(contender, usual.seconds));
        const { microsecondsPerPacket, packetsPerSecond } = result;
        say(`forwarding by ${name}: ${microsecondsPerPacket.toFixed(2)} µs, ${packetsPerSecond.toFixed(0)} a second`);
        measured.saturated[name].push(result);
      }
    });
    if (run >= asleepRuns) continue;
    for (const name of unhurried) measured.asleep[name].push(await offer(name, ', out of sleep'));
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
/** How little CPU a packet is to take, in µs. */
const cpuTargets = { saturated: 5.5, usual: 6.5, asleep: undefined } as const satisfies Record<keyof Measured, unknown>;

function figures(measured: Measured): Figure[] {
  const cpu = (of: readonly Pick<Saturated, 'microsecondsPerPacket'>[]) =>
    median(of.map(({ microsecondsPerPacket }) => microsecondsPerPacket));
  const latency = (of: readonly Measurement[], part: number) =>
    median(of.map((run) => quantile(run.latencyMicroseconds, part)));
  const werift = { name: 'werift sendRtp', value: cpu(measured.usual.werift) };
  const relay = (value: number) => ({ name: 'bare UDP relay', value });
  const cpuFigures = (how: keyof Measured): readonly Figure[] => {
    const name = `CPU per forwarded packet, 1 to ${usual.subscribers}, ${words[how]}`;
    const own = { value: cpu(measured[how].plane), unit: 'µs' } as const;
    const limit = { ...own, baseline: relay(cpu(measured[how].relay)) };
    const atMost = cpuTargets[how];
    if (atMost === undefined) return [{ ...limit, name }];
    const target = { atMost, timesLess: 4.2 };
    return [
      { ...own, name, baseline: werift, target },
      { ...limit, name: `${name}, and the limit` },
    ];
  };
  const latencyFigures = (how: 'usual' | 'asleep', name: string): readonly Figure[] =>
    latencyParts.map((part) => ({
      name: `${name}, p${part * 100}`,
      value: latency(measured[how].plane, part),
      unit: 'µs',
      baseline: relay(latency(measured[how].relay, part)),
      ...(how === 'usual' && part === 0.95 && { target: p95Target }),
    }));
  return [
    ...cpuFigures('saturated'),
    ...cpuFigures('usual'),
    ...cpuFigures('asleep'),
    ...latencyFigures('usual', 'latency of forwarding'),
    ...latencyFigures('asleep', 'latency of forwarding, out of sleep'),
  ];
}

const words: Readonly<Record<keyof Measured, string>> = {
  saturated: 'saturated',
  usual: `${usual.subscribers * usual.packetsPerSecond} a second`,
  asleep: `${usual.subscribers * usual.packetsPerSecond} a second, out of sleep`,
};

if (import.meta.main) console.log(table(await forwardingBench((text) => console.error(text))));
