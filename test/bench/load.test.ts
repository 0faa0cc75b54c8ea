import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '#test/harness/eventually.ts';
import { type Contender, checkForwarded, sockets } from './forwarding-load.ts';
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
      if (isLost(packet)) return;
      for (const socket of downSockets) from?.send(Buffer.alloc(100), socket.address().port, '127.0.0.1');
      forwarded += downSockets.length;
    },
    onDelivered: () => undefined,
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
