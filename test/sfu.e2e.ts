import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { eventually } from '#test/harness/eventually.ts';
import { type VisitedServer, visitedServer } from '#test/harness/visited-server.ts';
import {
  chosenUfrag,
  framesRise,
  type Joined,
  join,
  leave,
  receivedPackets,
  restart,
} from './server/browser-client.ts';

const roomsFile = `
rooms:
  - name: h264
    play: { auth: { mode: None }, maxSubscribers: 2 }
  - name: vp8
    publish: { codecs: [VP8, Opus], onConflict: TakeOver }
    play: { auth: { mode: None } }
  - name: vp9
    publish: { codecs: [VP9, Opus] }
    play: { auth: { mode: None } }
  - name: av1
    publish: { codecs: [AV1, Opus] }
    play: { auth: { mode: None } }
  - name: silent
    publish: { codecs: [VP8] }
    play: { auth: { mode: None } }
  - name: radio
    publish: { codecs: [Opus] }
    play: { auth: { mode: None } }
drain:
  timeoutMs: 60000
`;

describe('one server as a process, clients in Chromium', () => {
  let at: VisitedServer;
  before(async () => {
    at = await visitedServer(roomsFile);
  });
  after(() => at?.end());

  const visitor = () => at.visitor();
  const publish = async (page: Page, room: string): Promise<Joined> =>
    join(page, at.server.url(`/default/${room}/whip`), { token: 'the-publish-token' });
  const watch = async (page: Page, room: string): Promise<Joined> => join(page, at.server.url(`/default/${room}/whep`));

  for (const [room, mimeType] of [
    ['h264', 'video/H264'],
    ['vp8', 'video/VP8'],
    ['vp9', 'video/VP9'],
    ['av1', 'video/AV1'],
  ] as const) {
    test(`${mimeType} goes from one page to another of a foreign origin: decoded frames rise`, async () => {
      const [publisher, player] = [await visitor(), await visitor()];
      const published = await publish(publisher, room);
      assert.deepEqual([published.status, published.state], [201, 'connected']);
      const watched = await watch(player, room);
      assert.deepEqual([watched.status, watched.state], [201, 'connected']);
      await framesRise(player, 60);
      assert.equal(await codecOf(player), mimeType);
      assert.match(await cipherOf(player), /GCM/);
      await leave(player);
      await leave(publisher);
      await eventually('nobody is left', async () => (await at.server.metric('live_rooms')) === 0);
      for (const page of [publisher, player]) await page.context().close();
    });
  }

  test('a publisher that sends its picture in several sizes is taken, and the largest goes to the viewer (C-34)', async () => {
    const [publisher, player] = [await visitor(), await visitor()];
    const whip = at.server.url('/default/vp8/whip');
    const published = await join(publisher, whip, { token: 'the-publish-token', simulcast: true });
    assert.deepEqual([published.status, published.state], [201, 'connected']);
    assert.equal((await watch(player, 'vp8')).state, 'connected');
    // It begins with 300 kbit/s, and knows of more by feedback about its packets' arrivals; on a machine that is busy, late.
    await eventually('it learns what its link carries', async () => (await estimateOf(publisher)) > 500_000, 60_000);
    const received = async () => (await reports(player)).find(({ frameWidth }) => frameWidth !== undefined)?.frameWidth;
    await eventually('it sees the largest', async () => (await received()) === 640, 60_000);
    await framesRise(player, 30);
    for (const page of [publisher, player]) await page.context().close();
  });

  for (const [room, kind] of [
    ['silent', 'video'],
    ['radio', 'audio'],
  ] as const) {
    test(`a room that has ${kind} only is played by a page that asks for both`, async () => {
      const [publisher, player] = [await visitor(), await visitor()];
      const whip = at.server.url(`/default/${room}/whip`);
      assert.equal((await join(publisher, whip, { token: 'the-publish-token', kinds: [kind] })).state, 'connected');
      const { status, state } = await watch(player, room);
      assert.deepEqual([status, state], [201, 'connected']);
      await eventually('it arrives', async () => (await receivedPackets(player, kind)) > 30);
      for (const page of [publisher, player]) await page.context().close();
    });
  }

  test('what is sent and received is counted for each room', async () => {
    for (const room of ['h264', 'vp8']) {
      const [received = 0, sent = 0, bytes = 0] = [
        await at.server.metric(`live_rtp_received_packets_total{room="${room}"}`),
        await at.server.metric(`live_rtp_packets_total{room="${room}"}`),
        await at.server.metric(`live_rtp_bytes_total{room="${room}"}`),
      ];
      assert.ok(received > 60 && sent > 60, `${room}: ${received} received, ${sent} sent`);
      assert.ok(bytes > sent * 12, `${room}: ${bytes} bytes in ${sent} packets`);
    }
  });

  test('a browser’s reports become round trips, loss, jitter and an estimate of its link; some packets are timed on their way', async () => {
    const [publisher, player] = [await visitor(), await visitor()];
    await publish(publisher, 'vp8');
    await watch(player, 'vp8');
    for (const series of [
      'live_round_trip_seconds_count{client="subscriber"}',
      'live_rtp_jitter_seconds_count{direction="out",kind="video"}',
      'live_rtp_loss_ratio_count{direction="in",kind="video"}',
      'live_forward_latency_seconds_count',
      'live_bandwidth_estimate_bytes_per_second_count',
    ])
      await eventually(`${series} rises`, async () => ((await at.server.metric(series)) ?? 0) > 0, 20_000);
    const [trips = 0, seconds = 0] = [
      await at.server.metric('live_round_trip_seconds_count{client="subscriber"}'),
      await at.server.metric('live_round_trip_seconds_sum{client="subscriber"}'),
    ];
    assert.ok(seconds > 0 && seconds / trips < 1, `${trips} round trips of this machine took ${seconds} s`);
    for (const page of [publisher, player]) await page.context().close();
  });

  test('a viewer carries on in the same session when ICE restarts, and when another publisher takes over (C-22)', async () => {
    const [first, second, player] = [await visitor(), await visitor(), await visitor()];
    await publish(first, 'vp8');
    const { location } = await watch(player, 'vp8');
    for (const page of [first, player]) {
      const { status, ufrag } = await restart(page);
      assert.equal(status, 200);
      await eventually('it goes by a pair of the new ICE session', async () => (await chosenUfrag(page)) === ufrag);
      await framesRise(player, 30);
    }
    assert.equal((await publish(second, 'vp8')).status, 201);
    await eventually('the first is told', async () => (await connectionState(first)) !== 'connected');
    await framesRise(player, 30);
    assert.equal((await fetch(at.server.url(location ?? ''))).status, 204);
    for (const page of [first, second, player]) await page.context().close();
  });

  test('a full room refuses, and a viewer whose page is gone makes room by itself', async () => {
    const pages = [await visitor(), await visitor(), await visitor(), await visitor()] as const;
    const [publisher, one, two, three] = pages;
    await publish(publisher, 'h264');
    for (const page of [one, two]) assert.equal((await watch(page, 'h264')).status, 201);
    assert.equal((await watch(three, 'h264')).status, 403);
    await one.context().close();
    await eventually('the place is free', async () => (await watch(three, 'h264')).status === 201, 30_000);
    await framesRise(three, 30);
    for (const page of [publisher, two, three]) await page.context().close();
  });

  test('SIGTERM: who is there goes on watching, who comes is sent away, the process ends with the last', async () => {
    const [publisher, player] = [await visitor(), await visitor()];
    await eventually('the room is empty', async () => (await publish(publisher, 'vp8')).status === 201, 30_000);
    await watch(player, 'vp8');
    at.server.signal('SIGTERM');
    await eventually('it is draining', async () => (await at.server.metric('live_pod_draining')) === 1);
    await framesRise(player, 60);
    assert.equal((await watch(await visitor(), 'vp8')).status, 503);
    await leave(player);
    await leave(publisher);
    assert.equal(await at.server.exitCode(), 0);
  });
});

interface Report {
  readonly id: string;
  readonly type: string;
  readonly codecId?: string;
  readonly kind?: string;
  readonly mimeType?: string;
  readonly srtpCipher?: string;
  readonly frameWidth?: number;
  readonly availableOutgoingBitrate?: number;
}

const reports = (page: Page) =>
  page.evaluate('connection.getStats().then((stats) => [...stats.values()])') as Promise<readonly Report[]>;

async function codecOf(page: Page) {
  const all = await reports(page);
  const codecId = all.find(({ type, kind }) => type === 'inbound-rtp' && kind === 'video')?.codecId;
  return all.find(({ id }) => id === codecId)?.mimeType;
}

const cipherOf = async (page: Page) => (await reports(page)).find(({ type }) => type === 'transport')?.srtpCipher ?? '';

const estimateOf = async (page: Page) =>
  Math.max(0, ...(await reports(page)).map((report) => report.availableOutgoingBitrate ?? 0));

const connectionState = (page: Page) => page.evaluate('connection.connectionState') as Promise<string>;
