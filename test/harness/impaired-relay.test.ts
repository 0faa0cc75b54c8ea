import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { freshSeed } from '#test/harness/seeded.ts';
import { realClock, running } from '#test/server/running.ts';
import { udpClient } from '#test/server/udp-client.ts';
import { eventually } from './eventually.ts';
import { type Conditions, type Counts, type ImpairedRelay, impairedRelay, seedOf } from './impaired-relay.ts';
import { type Impairment, link } from './impairment.ts';
import { waitingLine } from './timetable.ts';

async function bound(t: TestContext): Promise<Socket> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  t.after(() => socket.close());
  return socket;
}

/** A server that answers each datagram by the same, a relay to it, and clients. */
async function scene(t: TestContext, seed: number, conditions: Conditions) {
  const server = await bound(t);
  const senders = new Set<number>();
  const heard: string[] = [];
  server.on('message', (datagram, { port, address }) => {
    senders.add(port);
    heard.push(String(datagram));
    server.send(datagram, port, address);
  });
  const relay = await impairedRelay({ seed, conditions });
  t.after(() => relay.close());
  relay.aim({ address: '127.0.0.1', port: server.address().port });
  const client = async () => {
    const socket = await bound(t);
    const answers: string[] = [];
    socket.on('message', (datagram) => answers.push(String(datagram)));
    return { answers, send: (text: string) => socket.send(text, relay.local.port, relay.local.address) };
  };
  return { relay, server, heard, senders, client };
}

const seen = ({ carried, Loss, QueueFull }: Counts) => carried + Loss + QueueFull;

/** One at a time, so that no kernel's buffer is ever full: numbers from 0 on. Until the relay has had them all. */
async function sendAll(relay: ImpairedRelay, send: (text: string) => void, count: number): Promise<void> {
  const before = seen(relay.counts.up);
  const endsAt = performance.now() + 20_000;
  for (let i = 0; i < count; i++) {
    send(String(i));
    while (seen(relay.counts.up) <= before + i) {
      assert.ok(performance.now() < endsAt, `datagram ${i} did not come to the relay`);
      await turn();
    }
  }
}

const survivors = (impairment: Impairment, seed: number, count: number): readonly string[] => {
  const { pass } = link(impairment, seed);
  return Array.from({ length: count }, (_, i) => String(i)).filter(() => pass(1, 0).lost === undefined);
};

test('the relay loses what the seed says, of each client and in each direction', async (t) => {
  const seed = freshSeed();
  t.diagnostic(`SEED=${seed}`);
  const [up, down] = [{ loss: 0.2 }, { loss: 0.3 }];
  const { relay, heard, client } = await scene(t, seed, { up, down });
  for (const number of [0, 1]) {
    const { answers, send } = await client();
    const wanted = survivors(up, seedOf(seed, number, 'up'), 100);
    const passing = survivors(down, seedOf(seed, number, 'down'), wanted.length);
    const answered = wanted.filter((_, i) => passing.includes(String(i)));
    await sendAll(relay, send, 100);
    const isOver = () => heard.length >= wanted.length && answers.length >= answered.length;
    await eventually('all that survive have come', isOver);
    assert.deepEqual([heard.splice(0), answers], [wanted, answered]);
  }
  const { up: toServer, down: toClients } = relay.counts;
  assert.equal(toServer.carried + toServer.Loss, 200);
  await eventually('all answers are counted', () => toClients.carried + toClients.Loss === toServer.carried);
});

test('each client has a way of its own to the server, and its answers back', async (t) => {
  const { client, senders } = await scene(t, 1, {});
  const [one, other] = [await client(), await client()];
  one.send('one');
  other.send('other');
  await eventually('both are answered', () => one.answers.length + other.answers.length === 2);
  assert.deepEqual([one.answers, other.answers, senders.size], [['one'], ['other'], 2]);
});

test('what is delayed comes later, in the order that was asked for, and copies besides', async (t) => {
  const { relay, heard, client } = await scene(t, 1, { up: { delayMs: 30, jitterMs: 20, keepsOrder: true } });
  const { send } = await client();
  const beganMs = performance.now();
  await sendAll(relay, send, 50);
  await eventually('they have come', () => heard.length === 50);
  assert.ok(performance.now() - beganMs >= 10);
  assert.deepEqual(
    heard.splice(0),
    Array.from({ length: 50 }, (_, i) => String(i)),
  );
  relay.impair({ up: { duplicate: 1 }, down: { loss: 1 } });
  await sendAll(relay, send, 5);
  await eventually('they have come twice', () => heard.length === 10);
  await eventually('all answers are lost', () => relay.counts.down.Loss === 10);
  assert.equal(relay.counts.up.copied, 5);
});

test('a relay that does not know its server yet lets nothing through, and hurts nobody', async (t) => {
  const relay = await impairedRelay({ seed: 1 });
  t.after(() => relay.close());
  const socket = await bound(t);
  socket.send('early', relay.local.port, relay.local.address);
  const server = await bound(t);
  const heard = once(server, 'message');
  relay.aim({ address: '127.0.0.1', port: server.address().port });
  await eventually('the next one comes', () => {
    socket.send('next', relay.local.port, relay.local.address);
    return Promise.race([heard, undefined]);
  });
});

test('a server that announces the relay has all of its clients come through it', async (t) => {
  const seed = freshSeed();
  t.diagnostic(`SEED=${seed}`);
  const slow = { delayMs: 5, duplicate: 0.2 };
  const relay = await impairedRelay({ seed, conditions: { up: slow, down: slow } });
  t.after(() => relay.close());
  const rooms = 'rooms: [{name: stage, publish: {codecs: [VP8]}}]';
  const at = await running(rooms, { announce: { endpoints: [relay.local] } }, realClock);
  t.after(() => at.stop());
  relay.aim(at.server.local.media);
  const publisher = await udpClient(at, '/default/stage/whip');
  t.after(() => publisher.stop());
  await eventually('the publisher is connected', publisher.isConnected);
  const viewer = await udpClient(at, '/default/stage/whep');
  t.after(() => viewer.stop());
  await eventually('the viewer is connected', viewer.isConnected);
  // Only now: werift's DTLS client is lost for good when the last message of a flight overtakes another.
  relay.impair({ up: { jitterMs: 9, loss: 0.2 }, down: { jitterMs: 9, loss: 0.2 } });
  await eventually('it is sent media', () => {
    publisher.sendKeyFrame();
    return viewer.received() > 5;
  });
  const { up, down } = relay.counts;
  assert.ok(up.copied + down.copied > 0 && up.carried > 0 && down.carried > 0);
});

test('a line gives what is due, by its time and then by its turn', () => {
  const { add, take, nextMs } = waitingLine<string>();
  assert.equal(nextMs(), Number.POSITIVE_INFINITY);
  for (const [dueMs, what] of [
    [5, 'late'],
    [1, 'first'],
    [1, 'second'],
    [3, 'third'],
  ] as const)
    add(dueMs, what);
  assert.deepEqual(
    [take(0.9), take(3), take(3), nextMs(), take(3), take(3)],
    [undefined, 'first', 'second', 3, 'third', undefined],
  );
  assert.equal(take(5), 'late');
});
