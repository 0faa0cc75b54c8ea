/**
 * What a viewer sees in Chromium while the network is bad, and while it is good: the longest time without a new frame, and
 * how many of the publisher's frames it never decodes. Once it is the viewer's network, and once the publisher's.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '#test/harness/eventually.ts';
import { impairedRelay } from '#test/harness/impaired-relay.ts';
import type { Impairment } from '#test/harness/impairment.ts';
import { freshSeed } from '#test/harness/seeded.ts';
import { visitedServer } from '#test/harness/visited-server.ts';
import { decodedFrames, join } from '#test/server/browser-client.ts';
import { type Figure, table } from './figure.ts';
import { type Smoothness, smoothness } from './smoothness.ts';

const roomsFile = 'rooms: [{name: stage, publish: {codecs: [VP8, Opus]}, play: {auth: {mode: None}}}]';
/** Both ways, and the jitter either way, as `tc qdisc … netem delay 50ms 50ms loss 5%` has it. */
const bad: Impairment = { loss: 0.05, delayMs: 50, jitterMs: 50 };
const seconds = 30;
/** Encoder and jitter buffer find what suits the network within seconds. */
const settleMs = 5000;

const networks = ['viewer', 'publisher'] as const;
/** Whose network is bad. */
type Whose = (typeof networks)[number] | 'nobody';

/** Takes two and a half minutes. */
export async function lossyBench(say: (text: string) => void): Promise<readonly Figure[]> {
  const seed = freshSeed();
  say(`lossy: SEED=${seed}`);
  const seen = {
    nobody: await runOnce('nobody', seed),
    viewer: await runOnce('viewer', seed),
    publisher: await runOnce('publisher', seed),
  };
  for (const [whose, { longestMs, missedPercent, unseenPercent }] of Object.entries(seen))
    say(
      `lossy: ${whose}: longest freeze ${longestMs.toFixed(0)} ms, ` +
        `${missedPercent.toFixed(1)} % of frames not decoded, ${unseenPercent.toFixed(1)} % not shown`,
    );
  return networks.flatMap((whose): readonly Figure[] => [
    {
      name: `longest freeze in Chromium, 5 % loss and 50 ms jitter at the ${whose}`,
      value: seen[whose].longestMs,
      unit: 'ms',
      baseline: { name: 'a good network', value: seen.nobody.longestMs },
      target: { atMost: 500 },
    },
    {
      name: `frames not decoded in Chromium, 5 % loss and 50 ms jitter at the ${whose}`,
      value: seen[whose].missedPercent,
      unit: '%',
      baseline: { name: 'a good network', value: seen.nobody.missedPercent },
      target: { atMost: 5 },
    },
    {
      name: `frames not shown in Chromium, 5 % loss and 50 ms jitter at the ${whose}`,
      value: seen[whose].unseenPercent,
      unit: '%',
      baseline: { name: 'a good network', value: seen.nobody.unseenPercent },
      target: { atMost: 5 },
    },
  ]);
}

/** Whoever has a bad network goes through the relay; with nobody's bad the viewer does, too, for the relay's sake. */
async function runOnce(whose: Whose, seed: number): Promise<Smoothness> {
  await using held = new AsyncDisposableStack();
  const { server, visitor, end } = await visitedServer(roomsFile);
  held.defer(end);
  const relay = await impairedRelay({ seed });
  held.defer(() => relay.close());
  relay.aim(server.media);
  const [publisher, viewer] = [await visitor(), await visitor()];
  const by = (is: boolean) => (is ? { through: relay.local } : {});
  const whip = server.url('/default/stage/whip');
  await join(publisher, whip, { token: 'the-publish-token', ...by(whose === 'publisher') });
  await join(viewer, server.url('/default/stage/whep'), by(whose !== 'publisher'));
  await eventually('the viewer sees something', async () => (await decodedFrames(viewer)) > 0);
  if (whose !== 'nobody') relay.impair({ up: bad, down: bad });
  await pause(settleMs);
  // What it looks at is closed as soon as this function is left.
  return await smoothness(publisher, viewer, seconds);
}

if (import.meta.main) console.log(table(await lossyBench((text) => console.error(text))));
