/**
 * What a join costs, and what it costs those who watch: the CPU of a whole server for one viewer that comes and connects,
 * and the latency of its media, at 50,000 packets a second, while so many come to another of its rooms and leave again.
 */
import { type Estimate, estimate, ratios } from './estimate.ts';
import { type Figure, table } from './figure.ts';
import { type Load, latencyParts, type Measurement, measure, passageText } from './forwarding-load.ts';
import type { JoiningQuestion } from './joining-child.ts';
import { median, quantile } from './quantile.ts';
import { serverContender } from './server-contender.ts';
import { onStage, type Stage } from './stage.ts';

const load: Load = { subscribers: 50, packetsPerSecond: 1000, payloadBytes: 1200, seconds: 4 };
const joinsPerSecond = 50;
/** For as long as media flow, from before the first that counts to after the last. */
const joinSeconds = 5;
/** With joins and without, by turns. */
const pairs = 5;

/** So many at once that what a server costs by merely being there hardly counts. */
const atOnce = 50;
const joinsPerSlice = 100;
const slices = 20;
/** Until V8 has compiled what takes clients in, as it has in a server that has been up for some minutes. */
const warmUps = 10;

/** Takes about two minutes. */
export const joinsBench = (say: (text: string) => void): Promise<readonly Figure[]> =>
  onStage(async (stage) => [await costOfJoin(stage, say), ...(await latencyMeanwhile(stage, say))]);

/** Beside what it takes the client, which shakes the same hands by werift alone. */
async function costOfJoin({ server, joiners, hall }: Stage, say: (text: string) => void): Promise<Figure> {
  const own: number[] = [];
  const theirs: number[] = [];
  say(`joins: ${slices} times ${joinsPerSlice}, after ${warmUps} to warm up`);
  for (let slice = -warmUps; slice < slices; slice++) {
    const before = await Promise.all([server.usage(), joiners.usage()]);
    await joiners.ask({ join: joinsPerSlice, atOnce, in: hall } satisfies JoiningQuestion);
    const after = await Promise.all([server.usage(), joiners.usage()]);
    const [ownMs = 0, theirMs = 0] = after.map(
      ({ cpuMicroseconds }, i) => (cpuMicroseconds - (before[i]?.cpuMicroseconds ?? 0)) / 1000 / joinsPerSlice,
    );
    await joiners.ask('leave' satisfies JoiningQuestion);
    if (slice < 0) continue;
    own.push(ownMs);
    theirs.push(theirMs);
  }
  const times: Estimate = estimate(ratios(own, theirs));
  const baseline = { name: "the client's side, by werift", value: median(theirs) };
  return { name: 'CPU of a join', value: median(own), unit: 'ms', baseline, times, target: { atMost: 2 } };
}

async function latencyMeanwhile({ server, joiners, hall, stage }: Stage, say: (text: string) => void) {
  const contender = await serverContender(server, stage, load);
  const seen: Record<'quiet' | 'joined', Measurement[]> = { quiet: [], joined: [] };
  const reached: number[] = [];
  const come = { perSecond: joinsPerSecond, seconds: joinSeconds, in: hall } satisfies JoiningQuestion;
  try {
    for (let pair = 0; pair < pairs; pair++) {
      for (const kind of ['quiet', 'joined'] as const) {
        const joining = kind === 'joined' ? joiners.ask<number>(come) : undefined;
        const measured = await measure(contender, load);
        if (joining !== undefined) reached.push(await joining);
        say(`joins: ${kind}: ${passageText(measured)}`);
        seen[kind].push(measured);
      }
    }
  } finally {
    await contender.stop();
  }
  return figuresOf(seen, median(reached));
}

function figuresOf(seen: Readonly<Record<'quiet' | 'joined', readonly Measurement[]>>, reached: number): Figure[] {
  const latency = (kind: keyof typeof seen, part: number) =>
    median(seen[kind].map(({ latencyMicroseconds }) => quantile(latencyMicroseconds, part) / 1000));
  const figure = (part: number): Figure => ({
    name: `latency of forwarding while ${joinsPerSecond} a second join, p${part * 100}`,
    value: latency('joined', part),
    unit: 'ms',
    baseline: { name: 'nobody joins', value: latency('quiet', part) },
    ...(part === 0.99 && { target: { atMost: 5 } }),
  });
  // Until the last is connected, so a little less than that when nothing is short.
  const pace: Figure = { name: `joins while ${joinsPerSecond} a second were to come`, value: reached, unit: '/s' };
  return [...latencyParts.map(figure), pace];
}

if (import.meta.main) console.log(table(await joinsBench((text) => console.error(text))));
