import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '#test/harness/eventually.ts';
import { type Contender, checkForwarded, measure, sockets } from './forwarding-load.ts';
import { evenly } from './pace.ts';
import { saturate } from './saturation.ts';
import { unread } from './unread.ts';

test('what is offered evenly is offered as often as was asked for, and never two at once', async () => {
  const moments: number[] = [];
  const order: number[] = [];
  const perSecond = await evenly(500, 40, (i) => {
    moments.push(performance.now());
    order.push(i);
    // A stall in the midst of it.
    if (i === 20) for (const endsMs = performance.now() + 15; performance.now() < endsMs; );
  });
  assert.deepEqual(
    order,
    Array.from({ length: 40 }, (_, i) => i),
  );
  for (const [i, moment] of moments.entries())
    assert.ok(i === 0 || moment - (moments[i - 1] ?? 0) >= 1, `${i} came ${moment - (moments[i - 1] ?? 0)} ms later`);
  assert.ok(perSecond <= 500, `${perSecond}`);
});

test('receivers that only make room count what they take away and is long enough, and leave nothing', async (t) => {
  const [from, ...to] = await sockets(3);
  t.after(() => {
    for (const socket of [from, ...to]) socket?.close();
  });
  const { take } = unread(to, 1200);
  for (const socket of to)
    for (let i = 0; i < 200; i++) from?.send(Buffer.alloc(i % 2 ? 1200 : 1199), socket.address().port, '127.0.0.1');
  let taken = 0;
  await eventually('all are taken', () => {
    taken += take();
    return taken === 100;
  });
  assert.equal(take(), 0);
});

test('the kernel has what one of the sockets sends as soon as it is sent', async (t) => {
  const [from, to] = await sockets(2);
  t.after(() => {
    for (const socket of [from, to]) socket?.close();
  });
  const { take } = unread(to ? [to] : [], 1);
  from?.send(Buffer.alloc(1), to?.address().port, '127.0.0.1');
  assert.equal(take(), 1);
});

test('latency is counted from when the publisher hands a packet over', async () => {
  const { contender } = await instant(() => false);
  const handedOver = { ...contender, publish: (packet: number) => contender.publish(packet) - 60_000 };
  const load = {
    subscribers: 2,
    packetsPerSecond: 100,
    payloadBytes: 100,
    seconds: 0.1,
    warmUpSeconds: 0,
    settleMs: 20_000,
  };
  const { latencyMicroseconds, deliveredPart } = await measure(handedOver, load);
  await contender.stop();
  assert.equal(deliveredPart, 1);
  for (const latency of latencyMicroseconds) assert.equal(Math.floor(latency / 60_000_000), 1, `${latency} µs`);
});

test('no figure is made of a run that did not forward', () => {
  const run = { microsecondsPerPacket: 1, latencyMicroseconds: [1], offeredPerSecond: 50_000 };
  checkForwarded({ ...run, deliveredPart: 0.95 });
  for (const deliveredPart of [0.417, Number.NaN])
    assert.throws(() => checkForwarded({ ...run, deliveredPart }), /no forwarding: .* % of 50000 a second delivered/);
});

/** Sends each packet to all at once, but for those that get lost. */
async function instant(isLost: (packet: number) => boolean) {
  const [from, ...downSockets] = await sockets(3);
  let forwarded = 0;
  let most = 0;
  let asked = 0;
  const contender: Contender = {
    downSockets,
    publish(packet) {
      most = Math.max(most, packet);
      asked += 1;
      const handedOverMs = performance.now();
      if (isLost(packet)) return handedOverMs;
      const datagram = Buffer.alloc(100);
      datagram.writeUInt32BE(packet);
      for (const socket of downSockets) from?.send(datagram, socket.address().port, '127.0.0.1');
      forwarded += downSockets.length;
      return handedOverMs;
    },
    onDelivered(listener) {
      for (const socket of downSockets) socket.on('message', (datagram) => listener(datagram.readUInt32BE(0)));
    },
    usage: async () => ({ cpuMicroseconds: 3 * forwarded, forwarded }),
    async stop() {
      await pause(0);
      for (const socket of [from, ...downSockets]) {
        const closed = socket && once(socket, 'close');
        socket?.close();
        await closed;
      }
    },
  };
  return { contender, seen: () => ({ most, asked }) };
}

test('a saturated contender always has something to do, and no packet twice', async () => {
  const { contender, seen } = await instant(() => false);
  const { microsecondsPerPacket, packetsPerSecond } = await saturate(contender, 0.1);
  await contender.stop();
  assert.equal(Math.round(microsecondsPerPacket * 1000), 3000);
  assert.ok(packetsPerSecond > 0);
  assert.equal(seen().most + 1, seen().asked);
});

test('a saturated contender that loses all it has goes on', async () => {
  const { contender, seen } = await instant((packet) => packet < 64);
  const { packetsPerSecond } = await saturate(contender, 0.1);
  await contender.stop();
  assert.ok(packetsPerSecond > 0 && seen().most > 64, JSON.stringify(seen()));
});
