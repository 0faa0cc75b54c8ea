/**
 * What forwarding costs: one publisher, fifty subscribers, through the media plane as the server runs it, beside werift's
 * own `RTCRtpSender.sendRtp` (the baseline) and a relay that only copies datagrams (the limit). The contenders take turns,
 * so that a machine that is busy with other things is busy for all of them.
 */
import { type Figure, table } from './figure.ts';
import { type Contender, type Load, type Measurement, measure } from './forwarding-load.ts';
import { plane } from './forwarding-plane.ts';
import { relay } from './forwarding-relay.ts';
import { werift } from './forwarding-werift.ts';
import { median, quantile } from './quantile.ts';

/**
 * 480 Mbit/s go out. More than werift can do: it then forwards what it can, and since it never waits, each packet costs
 * it the least that it ever does.
 */
const usual: Load = { subscribers: 50, packetsPerSecond: 1000, payloadBytes: 1200, seconds: 4 };

const contenders = { plane, werift, relay } satisfies Record<string, (load: Load) => Promise<Contender>>;
type Name = keyof typeof contenders;

/** Of each contender; the medians count. */
const runs = 3;

/** Takes about a minute. `say` is told of each run, with the packets that were lost on the way, if any. */
export async function forwardingBench(say: (text: string) => void): Promise<readonly Figure[]> {
  const measured: Record<Name, Measurement[]> = { plane: [], werift: [], relay: [] };
  for (let run = 0; run < runs; run++) {
    for (const name of Object.keys(contenders) as Name[]) {
      const result = await runOnce(contenders[name], usual);
      say(line(name, result));
      measured[name].push(result);
    }
  }
  return figures(measured);
}

async function runOnce(start: (load: Load) => Promise<Contender>, load: Load): Promise<Measurement> {
  const contender = await start(load);
  try {
    return await measure(contender, load);
  } finally {
    await contender.stop();
  }
}

function line(name: string, { microsecondsPerPacket, latencyMicroseconds, deliveredPart }: Measurement): string {
  const latencies = latencyParts.map((part) => quantile(latencyMicroseconds, part).toFixed(0)).join('/');
  const delivered = (100 * deliveredPart).toFixed(1);
  return `forwarding by ${name}: ${microsecondsPerPacket.toFixed(2)} µs, latency ${latencies} µs, ${delivered} % delivered`;
}

const latencyParts = [0.5, 0.95, 0.99];

function figures(measured: Record<Name, Measurement[]>): Figure[] {
  const cpu = (name: Name) => median(measured[name].map((run) => run.microsecondsPerPacket));
  const latency = (name: Name, part: number) =>
    median(measured[name].map((run) => quantile(run.latencyMicroseconds, part)));
  const what = `CPU per forwarded packet, 1 to ${usual.subscribers}`;
  const own = { value: cpu('plane'), unit: 'µs' } as const;
  return [
    {
      name: what,
      ...own,
      baseline: { name: 'werift sendRtp', value: cpu('werift') },
      target: { atMost: 8, timesLess: 3.5 },
    },
    { name: `${what}, and the limit`, ...own, baseline: { name: 'bare UDP relay', value: cpu('relay') } },
    ...latencyParts.map((part) => ({
      name: `latency of forwarding, p${part * 100}`,
      value: latency('plane', part),
      unit: 'µs' as const,
      baseline: { name: 'bare UDP relay', value: latency('relay', part) },
    })),
  ];
}

if (import.meta.main) console.log(table(await forwardingBench((text) => console.error(text))));
