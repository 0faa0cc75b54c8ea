import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import {
  type DownTrack,
  type MediaEvents,
  type MediaPlane,
  type SrtpProfile,
  srtpProfile,
} from '#server/media/plane.ts';
import { nack, receiverReport } from '#server/media/rtp/rtcp-write.ts';
import { startMediaPlane } from '#server/media/thread.ts';
import { seeded } from '#test/harness/seeded.ts';
import { bye, type Peer, peer, videoDown, videoUp, vp8 } from './peer.ts';
import { stunAttributes } from './stun-client.ts';

const silence: MediaEvents = {
  onDtls() {},
  onConnected() {},
  onMedia() {},
  onFirstFrame() {},
  onHints() {},
  onLayers() {},
  onHeld() {},
  onClosed() {},
  onThreadRefused() {},
  onSlower() {},
  onFailure() {},
};

async function started(
  t: TestContext,
  events: Partial<MediaEvents> = {},
  address = '127.0.0.1',
  cores = 1,
): Promise<MediaPlane> {
  const plane = await startMediaPlane({
    address,
    port: 0,
    cores,
    viewersPerThread: 16,
    events: { ...silence, ...events },
  });
  t.after(() => plane.close());
  return plane;
}

/** A peer with a socket of its own that has been connected to the plane. */
async function connected(
  t: TestContext,
  plane: MediaPlane,
  id: string,
  random: () => number,
  profile: SrtpProfile = srtpProfile.AEAD_AES_128_GCM,
) {
  const address = plane.local.address;
  const socket = dgram.createSocket(address.includes(':') ? 'udp6' : 'udp4');
  t.after(() => socket.close());
  socket.bind(0, address);
  await once(socket, 'listening');
  const client = peer(id, profile, socket.address().port, random);
  socket.on('message', (datagram) => client.receive(datagram));
  const send = (datagram: Buffer) => socket.send(datagram, plane.local.port, address);
  plane.addTransport(client.spec);
  plane.setKeys(id, client.keys);
  await plane.ping();
  send(client.check());
  await until(() => client.inbox.stun.length > 0);
  return { client, send };
}

/** Polls until the condition holds. Throws after ten seconds. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 10_000; !(await holds()); ) {
    if (Date.now() > deadline) throw new Error(`never became true: ${holds}`);
    await new Promise((done) => setTimeout(done, 5));
  }
}

const received = ({ inbox }: Peer, count: number) => until(() => inbox.rtp.length >= count);

for (const address of ['127.0.0.1', '::1'])
  test(`media goes from a publisher to two subscribers by ${address}`, async (t) => {
    const connectedIds: string[] = [];
    const begun: string[] = [];
    const events = { onConnected: (id: string) => connectedIds.push(id), onFirstFrame: (id: string) => begun.push(id) };
    const plane = await started(t, events, address);
    const random = seeded(1);
    const up = await connected(t, plane, 'up', random);
    const downs = [await connected(t, plane, 'one', random), await connected(t, plane, 'two', random)];
    plane.publish('up', 'room', [videoUp()]);
    plane.subscribe('one', 'room', [videoDown(1000)]);
    plane.subscribe('two', 'room', [videoDown(1000)]);
    await plane.ping();
    for (let sequence = 0; sequence < 100; sequence++) up.send(up.client.rtp({ ssrc: 7, sequence }));
    for (const { client } of downs) await received(client, 100);
    assert.deepEqual(connectedIds, ['up', 'one', 'two']);
    assert.deepEqual(begun, ['up', 'one', 'two']);
    const { rooms, totals, tracks, load, transports } = await plane.snapshot();
    assert.equal(rooms['room']?.receivedPackets, 100);
    assert.equal(rooms['room']?.sentPackets, 200);
    assert.equal(transports, 3);
    assert.equal(totals.rtp.out.initial.packets, 200);
    assert.deepEqual(tracks, { published: { audio: 0, video: 1 }, subscribed: { audio: 0, video: 2 } });
    assert.ok(load.utilization > 0 && load.utilization <= 1 && load.lagSeconds >= 0);
    const mapped = stunAttributes(up.client.inbox.stun[0] ?? Buffer.alloc(0)).get(0x0020);
    assert.equal((mapped?.readUInt16BE(2) ?? 0) ^ 0x2112, up.client.endpoint.port);
  });

for (const address of ['127.0.0.1', '::1'])
  test(`many subscribers are shared out between threads, where there are cores for them, by ${address}`, async (t) => {
    const begun: string[] = [];
    const closed: string[] = [];
    const events = {
      onFirstFrame: (id: string) => begun.push(id),
      onClosed: (id: string, reason: string) => closed.push(`${id} ${reason}`),
    };
    const plane = await started(t, events, address, 3);
    const random = seeded(1);
    const up = await connected(t, plane, 'up', random);
    const profiles = Object.values(srtpProfile);
    const downs = [];
    for (let i = 0; i < 40; i++) {
      downs.push(await connected(t, plane, `down ${i}`, random, profiles[i % profiles.length]));
      plane.subscribe(`down ${i}`, 'room', [videoDown(1000, { rtxSsrc: 1001, codecs: [vp8(120, 121)] })]);
    }
    plane.publish('up', 'room', [videoUp()]);
    await plane.ping();
    for (let sequence = 0; sequence < 100; sequence++) up.send(up.client.rtp({ ssrc: 7, sequence }));
    for (const { client } of downs) await received(client, 100);
    assert.deepEqual(
      downs.map(({ client }) => client.inbox.rtp.map(({ payload }) => payload.length)),
      downs.map(() => new Array(100).fill(2)),
    );
    for (const { client, send } of downs) {
      const wanted = client.inbox.rtp.slice(-3).map(({ header }) => header.sequenceNumber);
      send(client.rtcp(Buffer.concat([receiverReport(1, []), nack(1, 1000, wanted)])));
    }
    for (const { client } of downs) await received(client, 103);
    const { rooms, tracks, transports, egressLoads, totals, dropped } = await plane.snapshot();
    assert.equal(egressLoads.length, 2);
    assert.equal(rooms['room']?.sentPackets, 40 * 103);
    assert.equal(totals.rtp.out.retransmission.packets, 40 * 3);
    assert.deepEqual(tracks.subscribed, { audio: 0, video: 40 });
    assert.equal(transports, 41);
    assert.equal(dropped.ThreadBusy + dropped.SendFailed, 0);
    assert.equal(new Set(begun).size, 41);
    for (const { client, send } of downs) send(client.rtcp(Buffer.concat([receiverReport(1, []), bye(1)])));
    await until(() => closed.length === 40);
    assert.equal((await plane.snapshot()).transports, 1);
  });

test('DTLS goes between the client and the main thread', async (t) => {
  const datagrams: Uint8Array[] = [];
  const plane = await started(t, { onDtls: (_, datagram) => datagrams.push(datagram) });
  const { client, send } = await connected(t, plane, 'a', seeded(1));
  send(Buffer.from([22, 0, 255]));
  await until(() => datagrams.length > 0);
  assert.deepEqual(
    datagrams.map((datagram) => [...datagram]),
    [[22, 0, 255]],
  );
  plane.sendDtls('a', Buffer.from([22, 0, 254]));
  await until(() => client.inbox.other.length > 0);
  assert.deepEqual(client.inbox.other, [Buffer.from([22, 0, 254])]);
});

test('what the kernel refuses to send is counted', async (t) => {
  const plane = await started(t);
  await connected(t, plane, 'a', seeded(1));
  // No UDP datagram can be longer than 65507 bytes.
  plane.sendDtls('a', Buffer.alloc(65_600, 22));
  await until(async () => (await plane.snapshot()).dropped.SendFailed === 1);
});

test('a port that is taken is the system’s error', async (t) => {
  const { local } = await started(t);
  await assert.rejects(startMediaPlane({ address: local.address, port: local.port, events: silence }), {
    code: 'EADDRINUSE',
  });
});

test('keys and tracks that would break the thread are refused where they are given', async (t) => {
  const plane = await started(t);
  const short = { ...peer('a', 7, 1, seeded(1)).keys, localKey: Buffer.alloc(3) };
  assert.throws(() => plane.setKeys('a', short), RangeError);
  assert.throws(() => plane.subscribe('a', 'room', [videoDown(5, { rtxSsrc: 5 })]), RangeError);
});

test('when the thread dies, whoever waits is told, and onFailure once', async (t) => {
  const failures: Error[] = [];
  const plane = await started(t, { onFailure: (error) => failures.push(error) });
  const broken = {
    id: 'a',
    localUfrag: 'u',
    remoteUfrag: 'r',
    remotePwd: 'password',
    localPwd: undefined as unknown as string,
  };
  plane.addTransport(broken);
  await assert.rejects(plane.ping());
  await until(() => failures.length > 0);
  await assert.rejects(plane.snapshot());
  assert.equal(failures.length, 1);
});

test('when a thread beside it dies, that is a failure of the whole', async (t) => {
  const failures: Error[] = [];
  const plane = await started(t, { onFailure: (error) => failures.push(error) }, '127.0.0.1', 2);
  for (let i = 0; i < 17; i++) {
    const { spec, keys } = peer(`${i}`, srtpProfile.AEAD_AES_128_GCM, 1, seeded(i));
    plane.addTransport(spec);
    plane.setKeys(`${i}`, keys);
    const broken = { extensions: undefined as unknown as DownTrack['extensions'] };
    plane.subscribe(`${i}`, 'room', [videoDown(1000, i === 16 ? broken : {})]);
  }
  await assert.rejects(plane.ping());
  await until(() => failures.length > 0);
  assert.equal(failures.length, 1);
});

test('closing ends the thread, frees its port, and is no failure', async (t) => {
  const failures: Error[] = [];
  const plane = await started(t, { onFailure: (error) => failures.push(error) });
  await plane.close();
  const socket = dgram.createSocket('udp4');
  socket.bind(plane.local.port, plane.local.address);
  await once(socket, 'listening');
  socket.close();
  assert.deepEqual(failures, []);
});

test('counts the messages between the threads', async (t) => {
  const plane = await started(t);
  const before = (await plane.snapshot()).messages;
  plane.removeTransport('nobody');
  await plane.ping();
  const after = (await plane.snapshot()).messages;
  assert.equal(after.toMedia - before.toMedia, 3, 'the call, the ping, and what asks for the snapshot');
  assert.equal(after.toMain - before.toMain, 2, 'the answers to both questions');
});
