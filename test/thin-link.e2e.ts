import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { eventually } from '#test/harness/eventually.ts';
import { impairedRelay } from '#test/harness/impaired-relay.ts';
import { freshSeed } from '#test/harness/seeded.ts';
import { visitedServer } from '#test/harness/visited-server.ts';
import { decodedFrames, join } from './server/browser-client.ts';

const roomsFile = 'rooms: [{name: stage, publish: {codecs: [VP8, Opus]}, play: {auth: {mode: None}}}]';
const [small, large] = [320, 640];
/** A busy machine takes its time until Chromium knows what its link carries. */
const patienceMs = 90_000;
const measuredMs = 3000;
/** IPv4, UDP, and the tag of AEAD_AES_128_GCM. */
const headerBytes = 20 + 8 + 16;

test('a viewer on a thin link gets the small picture, on none the sound alone, and all of it again by probes, and nobody else feels it', async (t) => {
  const seed = freshSeed();
  t.diagnostic(`SEED=${seed}`);
  await using held = new AsyncDisposableStack();
  const { server, visitor, end } = await visitedServer(roomsFile);
  held.defer(end);
  const relay = await impairedRelay({ seed });
  held.defer(() => relay.close());
  relay.aim(server.media);
  const [publisher, thin, wide] = [await visitor(), await visitor(), await visitor()];
  const probes = async () => (await server.metric('live_bandwidth_probes_total{result="Carried"}')) ?? 0;
  const heldBack = async () => await server.metric('live_subscribers_held_back{room="stage"}');

  await join(publisher, server.url('/default/stage/whip'), { token: 'the-publish-token', simulcast: true });
  await join(thin, server.url('/default/stage/whep'), { through: relay.local });
  await join(wide, server.url('/default/stage/whep'));
  for (const viewer of [thin, wide])
    await eventually('it sees the large one', async () => (await video(viewer)).width === large, patienceMs);

  let [soundBps, smallBps, largeBps] = [0, 0, 0];
  // A publisher, too, has to find out what its link carries, and begins with little.
  await eventually(
    'the large one takes clearly more than the small one',
    async () => {
      ({ sound: soundBps, l: smallBps, h: largeBps } = await takes(publisher));
      return largeBps > 1.5 * smallBps;
    },
    patienceMs,
  );
  relay.impair({ down: { rate: { bitsPerSecond: soundBps + (smallBps + largeBps) / 2, queueMs: 500 } } });
  const areSeen = async (ofThin: number) => (await video(thin)).width === ofThin && (await video(wide)).width === large;
  await eventually('it sees the small one, and the other the large one', () => areSeen(small), patienceMs);

  relay.impair({ down: { rate: { bitsPerSecond: soundBps + smallBps / 5, queueMs: 500 } } });
  await eventually('it is sent no video', async () => (await heldBack()) === 1, patienceMs);
  const before = await decodedFrames(wide);
  const sound = (await video(thin)).sound;
  await eventually('it hears', async () => (await video(thin)).sound > sound + 100, patienceMs);
  assert.ok((await decodedFrames(wide)) > before);

  relay.impair({});
  await eventually('both see the large one', () => areSeen(large), patienceMs);
  assert.equal(await heldBack(), 0);
  assert.ok((await probes()) >= 2);
});

/** What the publisher's sound and each of its encodings take on a link, in bits a second: that hangs on the machine. */
const takes = (publisher: Page) =>
  publisher.evaluate(`(async () => {
    const overhead = ${headerBytes};
    const sent = async () => [...(await connection.getStats()).values()].filter(({ type }) => type === 'outbound-rtp').map(
      ({ rid = 'sound', bytesSent, headerBytesSent, packetsSent }) => [rid, bytesSent + headerBytesSent + overhead * packetsSent]);
    const before = Object.fromEntries(await sent());
    await new Promise((resolve) => setTimeout(resolve, ${measuredMs}));
    return Object.fromEntries((await sent()).map(([rid, bytes]) => [rid, (bytes - before[rid]) * 8000 / ${measuredMs}]));
  })()`) as Promise<Record<'sound' | 'l' | 'h', number>>;

interface Seen {
  readonly width: number;
  /** Packets of it. */
  readonly sound: number;
}

const video = (page: Page) =>
  page.evaluate(`connection.getStats().then((stats) => {
    const of = (kind) => [...stats.values()].find((each) => each.type === 'inbound-rtp' && each.kind === kind) ?? {};
    return { width: of('video').frameWidth ?? 0, sound: of('audio').packetsReceived ?? 0 };
  })`) as Promise<Seen>;
