/**
 * What traces cost a packet: the CPU of the media thread in a process that makes and sends spans in every other slice of
 * time, beside that of a process which never does. Two processes of the same code differ by one or two per cent, as their
 * memory lies differently; so what counts is how their ratio moves from a slice without spans to its neighbour with.
 */
import { type Estimate, estimate, ratios } from './estimate.ts';
import type { Figure } from './figure.ts';
import type { TraceQuestion } from './forwarding-clients.ts';
import { path } from './forwarding-plane.ts';
import { median } from './quantile.ts';
import { race, type Turns } from './turns.ts';

const clients = { subscribers: 50, payloadBytes: 1200 };
const turns: Turns = { burst: 10, everyMs: 4, rounds: 30, slices: 100 };
/** As many times as it takes to know the figure within so much, and then no more. */
const runs = { atLeast: 2, atMost: 6 };
const wantedHalfWidth = 0.006;

/** With, without, without, with: what slowly changes meets both alike. */
const isTraced = (slice: number) => slice % 4 === 0 || slice % 4 === 3;
const withSpans = (_: number, slice: number) => isTraced(slice);
const withoutSpans = (_: number, slice: number) => !isTraced(slice);

/**
 * Takes a minute and a half, or up to four on a machine that does other things. One row is the figure; the other a
 * control, the same of two processes neither of which ever traces.
 */
export async function tracedPath(collectorURL: string, say: (text: string) => void): Promise<readonly Figure[]> {
  const traced = await path(clients);
  const running = race([await path(clients), await path(clients), traced]);
  const trace = (slice: number) => traced.ask({ collectorURL, isTracing: isTraced(slice) } satisfies TraceQuestion);
  try {
    say('tracing: packets, warming up');
    // Until V8 has compiled what forwards and what traces.
    await running.run({ ...turns, slices: 20 }, trace);
    const [plain, control, tracing]: [number[], number[], number[]] = [[], [], []];
    for (let run = 0; run < runs.atMost && (run < runs.atLeast || !isKnown(tracing, plain)); run++) {
      say(`tracing: packets, ${turns.slices} slices`);
      const costs = await running.run(turns, trace);
      for (const [i, all] of [plain, control, tracing].entries()) all.push(...(costs[i] ?? []));
    }
    const figure = (costs: readonly number[]) => ({
      value: median(costs.filter(withSpans)),
      unit: 'µs' as const,
      baseline: { name: 'without', value: median(plain.filter(withSpans)) },
      times: moved(ratios(costs, plain)),
    });
    const name = `packet path's CPU per packet, 1 to ${clients.subscribers}`;
    return [
      { name: `${name}, with traces`, ...figure(tracing), target: { timesMore: 1.02 } },
      { name: `${name}, without, as a control`, ...figure(control) },
    ];
  } finally {
    await running.stop();
  }
}

function isKnown(tracing: readonly number[], plain: readonly number[]): boolean {
  const { low, high } = moved(ratios(tracing, plain));
  return (high - low) / 2 <= wantedHalfWidth;
}

/** From each slice without spans to the one with, beside it. */
const moved = (times: readonly number[]): Estimate =>
  estimate(ratios(times.filter(withSpans), times.filter(withoutSpans)));
