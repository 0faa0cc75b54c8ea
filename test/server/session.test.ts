import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { eventually } from '#test/harness/eventually.ts';
import { stunCheck } from '#test/server/media/stun-client.ts';
import { hasIPv6 } from '#test/server/media/udp-sockets.ts';
import { certificate } from './dtls-client.ts';
import { type FakeClock, fakeClock } from './fake-clock.ts';
import { smallOffer } from './offers.ts';
import { reading } from './reading.ts';
import { post, problem, type Running, running, tokens } from './running.ts';
import { type UdpClient, type UdpClientTraits, udpClient } from './udp-client.ts';

const oneRoom =
  'rooms: [{name: stage, publish: {codecs: [VP8, Opus], reconnectGraceMs: 5000}}]\ndrain: {timeoutMs: 60000}';
const whip = '/default/stage/whip';
const whep = '/default/stage/whep';

/** Resolves when the server has taken in all that the client has sent: checks are answered in their turn. */
async function isRead({ socket, ice, server }: UdpClient): Promise<void> {
  const answered = Promise.withResolvers<void>();
  const transactionId = Buffer.from('is this read');
  socket.on('message', (datagram) => void (datagram.subarray(8, 20).equals(transactionId) && answered.resolve()));
  socket.send(stunCheck({ ...ice, transactionId }), server.port, server.address);
  await answered.promise;
}

describe('a session, from its offer to its end', () => {
  let clock: FakeClock;
  let at: Running;
  let clients: UdpClient[] = [];
  const client = async (path: string, traits?: UdpClientTraits) => {
    const made = await udpClient(at, path, traits);
    clients.push(made);
    return made;
  };
  const stage = async () => (await at.stats()).rooms[0];
  const isLogged = (message: string, reason?: string) =>
    at.log.some((line) => line['message'] === message && (reason === undefined || line['reason'] === reason));

  beforeEach(async () => {
    clock = fakeClock(Date.UTC(2026, 10, 21));
    at = await running(oneRoom, {}, clock);
  });
  afterEach(async () => {
    for (const each of clients) each.stop();
    clients = [];
    await at.stop();
  });

  test('a publisher and a viewer connect, are counted, and are gone after their DELETEs (C-12, C-13)', async () => {
    const remove = (location: string, token: string) =>
      at.fetch(location, { method: 'DELETE', headers: { Authorization: `Bearer ${token}` } });
    const nobody = { namespace: 'default', name: 'stage', subscribers: 0 };
    const neverConnects = (await post(at, whip, smallOffer())).headers.get('location') ?? '';
    assert.deepEqual(await stage(), nobody, 'not connected yet');
    assert.equal((await remove(neverConnects, tokens.publish)).status, 200);
    assert.deepEqual(await stage(), nobody, 'it was no publisher');
    const publisher = await client(whip);
    await eventually('the publisher is connected', publisher.isConnected);
    await eventually('it is counted', async () => (await stage())?.publisher !== undefined);
    assert.deepEqual((await stage())?.publisher, { since: '2026-11-21T00:00:00.000Z', sendsMedia: false });
    const viewer = await client(whep);
    await eventually('the viewer is counted', async () => (await stage())?.subscribers === 1);
    assert.equal(await at.metric('live_subscribers{room="stage"}'), 1);
    assert.equal(await at.metric('live_room_publishing{room="stage"}'), 0, 'it sends no media');
    clock.advance(60_000);
    assert.equal((await stage())?.subscribers, 1, 'the time-out is for handshakes only');

    await eventually('it sees a picture', () => {
      publisher.sendKeyFrame();
      return viewer.received() > 0;
    });
    assert.equal((await remove(viewer.location, tokens.play)).status, 200);
    await eventually('the viewer is told', viewer.isClosed);
    const seen = viewer.received();
    for (let i = 0; i < 5; i++) publisher.sendKeyFrame();
    await isRead(publisher);
    assert.equal(viewer.received(), seen, 'and sent nothing more');
    assert.equal((await remove(publisher.location, tokens.publish)).status, 200);
    await eventually('the publisher is told', publisher.isClosed);
    assert.deepEqual(await stage(), { ...nobody, publisherEndedAt: '2026-11-21T00:01:00.000Z' });
    assert.equal(await at.metric('live_rooms'), 0);
  });

  test('a publisher that connects and sends nothing for 10 s is told so, in the log too, and counted', async () => {
    const publisher = await client(whip);
    const told = reading(await at.fetch(`${publisher.location}/events`));
    await eventually('it is connected', async () => (await stage())?.publisher !== undefined);
    clock.advance(9000);
    assert.equal(await at.metric('live_publisher_no_media_total{room="stage"}'), 0);
    clock.advance(1000);
    assert.equal(await at.metric('live_publisher_no_media_total{room="stage"}'), 1);
    assert.ok(isLogged('publisher is connected and sends nothing: look at its encoder, and at firewalls between'));
    clock.advance(60_000);
    assert.equal(await at.metric('live_publisher_no_media_total{room="stage"}'), 1);
    const hints = () =>
      [...told.text.matchAll(/^event: hints\ndata: (.*)$/gm)].map(([, data = '']) => JSON.parse(data).hints);
    await eventually('it is told', () => hints().length === 2);
    publisher.sendKeyFrame();
    await eventually('and that it is over', () => hints().length === 3);
    assert.deepEqual(
      hints().map(([hint]) => hint?.reason),
      [undefined, 'NoMedia', undefined],
    );
    assert.match(hints()[1][0].message, /neither picture nor sound .* See whether the source/);
    await at.fetch(publisher.location, { method: 'DELETE', headers: { Authorization: `Bearer ${tokens.publish}` } });
    await eventually('the stream ends with the session', () => told.isOver);
  });

  test('a certificate that is not the one in the offer is refused, counted, and the session is gone', async () => {
    const thief = await client(whip, { presents: await certificate() });
    await eventually('it is refused', () => isLogged('session ended', 'FingerprintMismatch'));
    assert.equal((await at.fetch(thief.location)).status, 404);
    assert.equal(await at.metric('live_requests_refused_total{reason="FingerprintMismatch"}'), 1);
    assert.equal(clock.pending(), 0);
  });

  test('a client that never chooses a pair of addresses has come through ICE when it has come through DTLS', async () => {
    const publisher = await client(whip, { nominates: false });
    await eventually('it is connected', publisher.isConnected);
    const joined = (state: string) => at.metric(`live_session_join_total{client="publisher",state="${state}"}`);
    await eventually('it is counted', async () => (await joined('DtlsConnected')) === 1);
    assert.equal(await joined('IceConnected'), 1);
  });

  test('a client that can only be the DTLS client (setup:active) connects (C-11)', async () => {
    const publisher = await client(whip, { setup: 'active' });
    await eventually('it is connected', publisher.isConnected);
  });

  test('a client that can only be the DTLS server (setup:passive) connects: we begin, and the answer says so (C-11)', async () => {
    const publisher = await client(whip, { setup: 'passive' });
    await eventually('it is connected', publisher.isConnected);
    // The last word is the client's, so the server may have no keys yet. A scrape too many would wait for the clock.
    await eventually('its media arrives', async () => {
      publisher.sendKeyFrame();
      return Number(await at.metric('live_rtp_received_packets_total{room="stage"}')) > 0;
    });
  });

  test('viewers are told when the grace is over, and not before', async () => {
    const publisher = await client(whip);
    const viewer = await client(whep);
    await eventually('both are connected', async () => (await stage())?.subscribers === 1);
    await at.fetch(publisher.location, { method: 'DELETE', headers: { Authorization: `Bearer ${tokens.publish}` } });
    clock.advance(4999);
    assert.equal((await at.fetch(viewer.location)).status, 204);
    clock.advance(1);
    await eventually('the viewer is told', viewer.isClosed);
    assert.ok(isLogged('session ended', 'PublisherGone'));
  });

  test('a room that is taken out of the file ends its sessions, and its series are gone after one more scrape', async () => {
    const publisher = await client(whip);
    await eventually('the publisher is connected', publisher.isConnected);
    assert.equal(await at.metric('live_rtp_received_packets_total{room="stage"}'), 0);
    await at.writeRooms('rooms: [{name: other}]');
    await eventually('the publisher is told', publisher.isClosed);
    await at.metric('live_rooms');
    for (const family of ['live_subscribers', 'live_room_publishing', 'live_rtp_received_packets_total'])
      assert.equal(await at.metric(`${family}{room="stage"}`), undefined, family);
    assert.equal(await at.metric('live_subscribers{room="other"}'), 0);
  });

  test('a file that cannot be used changes nothing and is told once, until it is good again', async () => {
    const publisher = await client(whip);
    await eventually('the publisher is connected', publisher.isConnected);
    await at.writeRooms('rooms: [{name: Stage}]');
    await eventually('it is refused', () => at.log.some(({ level }) => level === 'error'));
    assert.match(String(at.log.find(({ level }) => level === 'error')?.['message']), /those of before stay in force/);
    assert.match(String(at.log.find(({ level }) => level === 'error')?.['error']), /rooms\[0\]\.name must be a name/);
    assert.equal((await at.fetch(publisher.location)).status, 204);
    await at.writeRooms(oneRoom.replace('5000', '6000'));
    await eventually('the repaired file is taken', () => isLogged('settings changed'));
    assert.equal(at.log.filter(({ level }) => level === 'error').length, 1);
  });

  test('draining: new offers are 503, those who are there stay, and it is over when the last has left (C-29)', async () => {
    const publisher = await client(whip);
    await eventually('the publisher is connected', publisher.isConnected);
    let isDrained = false;
    const drained = at.server.drain().then(() => {
      isDrained = true;
    });
    const refused = await post(at, whep, smallOffer());
    assert.deepEqual([refused.status, refused.headers.get('retry-after')], [503, '1']);
    // It cannot know: what a pod is told ends with its deletion.
    assert.match((await problem(refused)).detail, /unless the room is suspended, another will answer/);
    assert.equal(await at.metric('live_pod_draining'), 1);
    const left = (await at.metric('live_drain_remaining_seconds')) ?? 0;
    assert.ok(left > 0 && left <= 60, `${left} s of 60 are left`);
    assert.equal((await at.stats()).draining, true);
    assert.equal((await at.inside('/readyz')).status, 200, 'ready until the end');
    assert.equal((await at.fetch(publisher.location)).status, 204);
    assert.equal(isDrained, false);
    await at.fetch(publisher.location, { method: 'DELETE', headers: { Authorization: `Bearer ${tokens.publish}` } });
    await drained;
  });

  test('a server that drains keeps nobody for a publisher that has left', async () => {
    const publisher = await client(whip);
    const viewer = await client(whep);
    await eventually('both are connected', async () => (await stage())?.subscribers === 1);
    const drained = at.server.drain();
    assert.equal((await at.fetch(viewer.location)).status, 204);
    await at.fetch(publisher.location, { method: 'DELETE', headers: { Authorization: `Bearer ${tokens.publish}` } });
    clock.advance(0);
    await eventually('the viewer is told', viewer.isClosed);
    await drained;
  });

  test('draining ends at its time-out, and closing tells those who are still there', async () => {
    const publisher = await client(whip);
    await eventually('the publisher is connected', publisher.isConnected);
    const drained = at.server.drain();
    clock.advance(60_000);
    await drained;
    await at.server.close();
    await eventually('the publisher is told', publisher.isClosed);
  });
});

const ipv6 = { skip: hasIPv6 ? false : 'this machine has no ::1' };

test('a publisher by IPv6 is seen by viewers of either family, who are offered an address of each', ipv6, async (t) => {
  const atIPv6 = { address: '::1', port: 0 };
  const at = await running(oneRoom, { http: atIPv6, internal: atIPv6, media: { ...atIPv6, alsoAt: '127.0.0.1' } });
  t.after(() => at.stop());
  const joined = async (path: string, isByIPv6: boolean) => {
    const client = await udpClient(at, path, { isByIPv6 });
    t.after(() => client.stop());
    await eventually('it is connected', client.isConnected);
    return client;
  };
  const publisher = await joined(whip, true);
  const viewers = [await joined(whep, true), await joined(whep, false)];
  await eventually('its video reaches both', () => {
    publisher.sendKeyFrame();
    return viewers.every(({ received }) => received() > 0);
  });
  assert.deepEqual(
    [publisher, ...viewers].map(({ server }) => server.address),
    ['::1', '::1', '127.0.0.1'],
  );
});
