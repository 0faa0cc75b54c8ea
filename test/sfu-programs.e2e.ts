import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { findFfmpeg, howToGetFfmpeg } from '#local/ffmpeg.ts';
import { findTestProgram, howToGet } from '#local/test-programs.ts';
import { iceServersOf } from '#server/http/pages/ice-servers.js';
import { eventually } from '#test/harness/eventually.ts';
import { publishFrom } from '#test/harness/ffmpeg.ts';
import { turnServer } from '#test/harness/turn-server.ts';
import { type VisitedServer, visitedServer } from '#test/harness/visited-server.ts';
import { publishWith } from '#test/harness/whip-client.ts';
import { framesRise, type JoinOptions, join, leave, receivedPackets } from './server/browser-client.ts';

const roomsFile = `
rooms:
  - name: stage
    publish: { codecs: [VP8, Opus] }
    play: { auth: { mode: None } }
  - name: studio
    publish: { codecs: [H264, Opus] }
    play: { auth: { mode: None } }
`;

/** GStreamer's candidates are never on the loopback, and from elsewhere it does not get there. */
const address =
  Object.values(networkInterfaces())
    .flat()
    .find((it) => it?.family === 'IPv4' && !it.internal)?.address ?? '127.0.0.1';

const [gstreamer, compiler, coturn] = [
  await findTestProgram('whip-client'),
  await findTestProgram('tcc'),
  await findTestProgram('turnserver'),
];

const ffmpeg = await findFfmpeg();

describe('one server as a process, and programs of others', () => {
  let at: VisitedServer;
  before(async () => {
    at = await visitedServer(roomsFile, address);
  });
  after(() => at?.end());

  const visitor = () => at.visitor();

  const noGstreamer = (gstreamer && compiler) === undefined && howToGet('whip-client', 'tcc');
  test('simple-whip-client (GStreamer) publishes, and a page sees and hears it (C-41)', {
    skip: noGstreamer,
  }, async (t) => {
    const player = await visitor();
    const endpoint = { url: at.server.url('/default/stage/whip'), token: 'the-publish-token' };
    const client = await publishWith({ client: gstreamer ?? '', compiler: compiler ?? '' }, endpoint);
    t.after(client.end);
    await eventually('it is connected', () => /PeerConnection connected/.test(client.told()));
    await join(player, at.server.url('/default/stage/whep'));
    await framesRise(player, 30);
    await eventually('sound arrives', async () => (await receivedPackets(player, 'audio')) > 30);
    await eventually('it has trickled', () => /Sending candidates: end-of-candidates/.test(client.told()));
    await client.end();
    await leave(player);
    await eventually('nobody is left', async () => (await at.server.metric('live_rooms')) === 0);
    await player.context().close();
  });

  test('ffmpeg publishes with nothing but the URL and the token, and a page sees and hears it (C-11, C-41)', {
    skip: ffmpeg === undefined && howToGetFfmpeg,
  }, async (t) => {
    const player = await visitor();
    const publishing = publishFrom(ffmpeg ?? '', {
      url: at.server.url('/default/studio/whip'),
      token: 'the-publish-token',
    });
    t.after(publishing.end);
    await eventually('it sends', async () => {
      const packets = await at.server.metric('live_rtp_received_packets_total{room="studio"}');
      return publishing.hasEnded() ? assert.fail(publishing.told()) : (packets ?? 0) > 0;
    });
    await join(player, at.server.url('/default/studio/whep'));
    await framesRise(player, 30);
    await eventually('sound arrives', async () => (await receivedPackets(player, 'audio')) > 30);
    await publishing.end();
    await eventually(
      'nobody publishes',
      async () => (await at.server.metric('live_room_publishing{room="studio"}')) === 0,
    );
    await player.context().close();
  });

  test('who is let through to a relay alone publishes and plays by it, over UDP and over TCP (C-30)', {
    skip: coturn === undefined && howToGet('turnserver'),
  }, async (t) => {
    const turn = await turnServer({ program: coturn ?? '', address, secret: 'the-turn-secret' });
    t.after(turn.end);
    const urls = ['udp', 'tcp'].map((transport) => `turn:${address}:${turn.port}?transport=${transport}`);
    const relayed = `  - name: relayed\n    iceServers: [{ urls: ${JSON.stringify(urls)}, secret: the-turn-secret }]\n`;
    await at.server.writeRooms(roomsFile.replace('rooms:\n', `rooms:\n${relayed}`));
    const relays = (path: string, token: string) =>
      eventually('relays are told of', async () => {
        const headers = { Authorization: `Bearer ${token}` };
        const { headers: told } = await fetch(at.server.url(path), { method: 'OPTIONS', headers });
        const found = iceServersOf(told.get('link'));
        return found.length === 2 && found;
      });
    const by = async (page: Page, role: 'whip' | 'whep', token: string, transport: 0 | 1) => {
      const path = `/default/relayed/${role}`;
      const relay = (await relays(path, token))[transport] as JoinOptions['relay'] & object;
      assert.equal((await join(page, at.server.url(path), { token, relay })).state, 'connected', relay.urls);
    };
    const [publisher, player] = [await visitor(), await visitor()];
    await by(publisher, 'whip', 'the-publish-token', 0);
    await by(player, 'whep', 'the-play-token', 1);
    await framesRise(player, 30);
    for (const page of [publisher, player]) await page.context().close();
    await at.server.writeRooms(roomsFile);
  });
});
