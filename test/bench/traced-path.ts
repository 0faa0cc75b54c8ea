/**
 * What traces cost a packet: the CPU of the media thread in a process that makes and sends spans, beside that of processes
 * that make none. Two processes of the same code differ by one or two per cent for as long as they live, as their memory
 * lies differently; so all are measured twice, first without any traces, and what counts is how the ratio has moved.
 */
import { estimate, ratios } from './estimate.ts';
import type { Figure } from './figure.ts';
import type { TraceQuestion } from './forwarding-clients.ts';
import { path } from './forwarding-plane.ts';
import { median } from './quantile.ts';
import { race, type Turns } from './turns.ts';

const clients = { subscribers: 50, payloadBytes: 1200 };
const turns: Turns = { burst: 10, everyMs: 4, rounds: 40, slices: 80 };
/** Until V8 has compiled what forwards, and then what traces. */
const warmUp: Turns = { ...turns, slices: 10 };

/** Takes about a minute and a half. One row is the figure, the other a control: two processes neither of which traces. */
export async function tracedPath(collectorURL: string, say: (text: string) => void): Promise<readonly Figure[]> {
  const traced = await path(clients);
  const running = race([await path(clients), await path(clients), traced]);
  const costs = async () => {
    await running.run(warmUp);
    const [plain = [], control = [], traced = []] = await running.run(turns);
    return { plain, control, traced };
  };
  try {
    say('tracing: packets, nobody traces');
    const before = await costs();
    await traced.ask({ collectorURL } satisfies TraceQuestion);
    say('tracing: packets, one of three processes traces');
    const after = await costs();
    const figure = (of: 'traced' | 'control') => ({
      value: median(after[of]),
      unit: 'µs' as const,
      baseline: { name: 'without', value: median(after.plain) },
      times: estimate(ratios(ratios(after[of], after.plain), ratios(before[of], before.plain))),
    });
    const name = `packet path's CPU per packet, 1 to ${clients.subscribers}`;
    return [
      { name: `${name}, with traces`, ...figure('traced'), target: { timesMore: 1.02 } },
      { name: `${name}, without, as a control`, ...figure('control') },
    ];
  } finally {
    await running.stop();
  }
}
