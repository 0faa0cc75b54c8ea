/** What one page says beside its media, as another gets it. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { eventually } from '#test/harness/eventually.ts';
import { type VisitedServer, visitedServer } from '#test/harness/visited-server.ts';
import { framesRise, type JoinOptions, join, receivedPackets } from './server/browser-client.ts';

const roomsFile = `
rooms:
  - name: radio
    publish: { codecs: [Opus] }
    play: { auth: { mode: None } }
  - name: stage
    publish: { codecs: [VP8, Opus], onConflict: TakeOver }
    play: { auth: { mode: None } }
`;

describe('one server as a process, clients in Chromium', () => {
  let at: VisitedServer;
  before(async () => {
    at = await visitedServer(roomsFile);
  });
  after(() => at?.end());

  const visitor = () => at.visitor();
  const joined = async (page: Page, path: string, options: JoinOptions = {}) =>
    assert.equal((await join(page, at.server.url(`/default/${path}`), options)).state, 'connected', path);
  const token = 'the-publish-token';

  test('sound with redundancy goes whole to who knows it, and cut to its primary block to who does not', async () => {
    const [publisher, knowing, plain] = [await visitor(), await visitor(), await visitor()];
    await joined(publisher, 'radio/whip', { token, kinds: ['audio'], sound: ['audio/red', 'audio/opus'] });
    await joined(knowing, 'radio/whep');
    await joined(plain, 'radio/whep', { sound: ['audio/opus'] });
    for (const page of [knowing, plain])
      await eventually('it arrives', async () => (await receivedPackets(page, 'audio')) > 100);
    const [doubled, single] = [await soundOf(knowing), await soundOf(plain)];
    const told = JSON.stringify([doubled, single]);
    assert.ok(bytesPerPacket(doubled) > 1.5 * bytesPerPacket(single), told);
    // What came before anyway.
    assert.ok(doubled.packetsDiscarded > 50 && single.packetsDiscarded === 0, told);
    assert.deepEqual([doubled.packetsLost, single.packetsLost], [0, 0]);
    assert.ok(single.concealedSamples < single.totalSamplesReceived / 4, told);
    assert.equal(await at.server.metric('live_datagrams_dropped_total{reason="MalformedRtp"}'), 0);
    for (const page of [publisher, knowing, plain]) await page.context().close();
  });

  test('descriptors of frames, where both pages offer them, lead a viewer from one publisher to the next', async () => {
    const [first, second, player] = [await visitor(), await visitor(), await visitor()];
    await joined(first, 'stage/whip', { token, describesFrames: true });
    await joined(player, 'stage/whep', { describesFrames: true });
    for (const page of [first, player]) assert.match(await answerOf(page), /allow-mixed.*#dependency-descriptor/s);
    await framesRise(player, 30);
    await joined(second, 'stage/whip', { token, describesFrames: true });
    await eventually('the first is told', async () => (await stateOf(first)) !== 'connected');
    await framesRise(player, 30);
    for (const page of [first, second, player]) await page.context().close();
  });
});

/** What a page tells of the sound that it receives. */
interface Sound {
  readonly type: string;
  readonly kind?: string;
  readonly packetsReceived: number;
  readonly bytesReceived: number;
  readonly packetsLost: number;
  /** Blocks too: those that came before. */
  readonly packetsDiscarded: number;
  readonly concealedSamples: number;
  readonly totalSamplesReceived: number;
}

async function soundOf(page: Page): Promise<Sound> {
  const reports = (await page.evaluate('connection.getStats().then((stats) => [...stats.values()])')) as Sound[];
  const found = reports.find(({ type, kind }) => type === 'inbound-rtp' && kind === 'audio');
  assert.ok(found !== undefined);
  return found;
}

const bytesPerPacket = ({ bytesReceived, packetsReceived }: Sound) => bytesReceived / packetsReceived;
const answerOf = (page: Page) => page.evaluate('connection.remoteDescription.sdp') as Promise<string>;
const stateOf = (page: Page) => page.evaluate('connection.connectionState') as Promise<string>;
