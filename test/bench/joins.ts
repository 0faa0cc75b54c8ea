/**
 * What a join costs, and what it costs those who watch: the CPU of a whole server for one viewer that comes and connects,
 * and the latency of its media, at 50,000 packets a second, while so many come to another of its rooms and leave again.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { type Estimate, estimate, ratios } from './estimate.ts';
import { type Figure, table } from './figure.ts';
import type { Child } from './forwarding-child.ts';
import { checkForwarded, type Load, latencyParts, type Measurement, measure, passageText } from './forwarding-load.ts';
import { joinLimits } from './join-limits.ts';
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

const atOnce = 50;
const joinsPerSlice = 100;
const slices = 20;
/** Until V8 has compiled what takes clients in, as it has where some thousand have come: it goes on to the fourth. */
const warmUps = 40;
/** For so long it is looked at what being there costs, and so long before that what joins have left is done with: garbage. */
const quietMs = 4000;
const settleMs = 2000;

/** Takes about three minutes. */
export const joinsBench = (say: (text: string) => void): Promise<readonly Figure[]> =>
  onStage(async (stage) => {
    await stage.joiners.ask('send now and then' satisfies JoiningQuestion);
    return [...(await costOfJoin(stage, say)), ...(await latencyMeanwhile(stage, say))];
  });

/**
 * Beside what it takes the client, which shakes the same hands by werift alone. What those cost who are in already, and what
 * a server does by itself, is taken off: while a slice comes in, half of it is there on average.
 */
async function costOfJoin(stage: Stage, say: (text: string) => void): Promise<readonly Figure[]> {
  const own: number[] = [];
  const theirs: number[] = [];
  say(`joins: ${slices} times ${joinsPerSlice}, after ${warmUps} to warm up`);
  for (let slice = 0; slice < warmUps; slice++) await joinAndLeave(stage);
  const [empty = [], full = []] = await idling(stage);
  const each = (1000 * ((full[0] ?? 0) - (empty[0] ?? 0))) / joinsPerSlice;
  say(
    `joins: taken off: ${empty[0]?.toFixed(1)} ms a second for the server by itself, ${each.toFixed(0)} µs for each who is in`,
  );
  for (let slice = 0; slice < slices; slice++) {
    const { cpuMs, tookMs } = await joinAndLeave(stage);
    const [ownMs = 0, theirMs = 0] = cpuMs.map((ms, i) => {
      const idleMs = ((((empty[i] ?? 0) + (full[i] ?? 0)) / 2) * tookMs) / 1000;
      return (ms - idleMs) / joinsPerSlice;
    });
    own.push(ownMs);
    theirs.push(theirMs);
  }
  const times: Estimate = estimate(ratios(own, theirs));
  const baseline = { name: "the client's side, by werift", value: median(theirs) };
  const cost = { name: 'CPU of a join', value: median(own), unit: 'ms' } as const;
  return [
    { ...cost, baseline, times, target: { atMost: 2 } },
    { ...cost, name: `${cost.name}, and the limit`, baseline: await limit(say) },
  ];
}

/** What the whole of a join cannot take less than, as it is written. */
async function limit(say: (text: string) => void) {
  const parts = Object.entries(await joinLimits());
  for (const [name, us] of parts) say(`joins: the limit: ${name}: ${us.toFixed(0)} µs`);
  return { name: "OpenSSL's part and a bare HTTP request", value: parts.reduce((sum, [, us]) => sum + us, 0) / 1000 };
}

/** What a slice costs from its first request until the last is connected. */
async function joinAndLeave({ server, joiners, hall }: Stage, meanwhile?: () => Promise<unknown>) {
  const join = () => joiners.ask({ join: joinsPerSlice, atOnce, in: hall } satisfies JoiningQuestion);
  const joining = await spentBy([server, joiners], join);
  await meanwhile?.();
  await joiners.ask('leave' satisfies JoiningQuestion);
  return joining;
}

/** Milliseconds a second, of server and clients, with nobody there and with a slice. */
async function idling(stage: Stage): Promise<readonly (readonly number[])[]> {
  const rates = async () => {
    await pause(settleMs);
    const { cpuMs, tookMs } = await spentBy([stage.server, stage.joiners], () => pause(quietMs));
    return cpuMs.map((ms) => (1000 * ms) / tookMs);
  };
  let full: readonly number[] = [];
  await joinAndLeave(stage, async () => {
    full = await rates();
  });
  return [await rates(), full];
}

/** CPU of each, in milliseconds, and how long it took. */
async function spentBy(children: readonly Child[], what: () => Promise<unknown>) {
  const usages = () => Promise.all(children.map((child) => child.usage()));
  const [before, beganMs] = [await usages(), performance.now()];
  await what();
  const [after, tookMs] = [await usages(), performance.now() - beganMs];
  const cpuMs = after.map(({ cpuMicroseconds }, i) => (cpuMicroseconds - (before[i]?.cpuMicroseconds ?? 0)) / 1000);
  return { cpuMs, tookMs };
}

async function latencyMeanwhile({ server, joiners, hall, stage }: Stage, say: (text: string) => void) {
  const contender = await serverContender(server, stage, load);
  const seen: Record<'quiet' | 'joined', Measurement[]> = { quiet: [], joined: [] };
  const reached: number[] = [];
  const come = { perSecond: joinsPerSecond, seconds: joinSeconds, in: hall } satisfies JoiningQuestion;
  try {
    for (let pair = 0; pair < pairs; pair++)
      for (const kind of ['quiet', 'joined'] as const) {
        const joining = kind === 'joined' ? joiners.ask<number>(come) : undefined;
        const measured = await measure(contender, load);
        if (joining !== undefined) reached.push(await joining);
        say(`joins: ${kind}: ${passageText(measured)}`);
        checkForwarded(measured);
        seen[kind].push(measured);
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
