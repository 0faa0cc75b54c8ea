import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import { once } from 'node:events';
import { afterEach, describe, test } from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import { startIngress } from '#server/media/ingress.ts';
import type { Endpoint } from '#server/media/udp/address.ts';
import { type MediaSockets, openSockets } from '#server/media/udp/dual-socket.ts';

const idle = {
  receive: () => undefined,
  receiveMedia: () => false,
  settle: () => undefined,
  flush: () => undefined,
  tick: () => undefined,
  pace: () => false,
  handOver: () => undefined,
};

const ways = {
  'by itself': (socket: MediaSockets) => socket,
  "by Node's loop": (socket: MediaSockets) => ({ ...socket, takeReader: () => undefined }),
};

for (const [name, way] of Object.entries(ways))
  describe(`a media thread that reads ${name}`, () => {
    const undo: (() => void)[] = [];
    afterEach(() => {
      for (const step of undo.splice(0)) step();
    });

    /** One that runs; `heard` resolves to the next datagram, `ticked` when something may be due. */
    async function running() {
      const socket = way(await openSockets({ address: '127.0.0.1', port: 0 }, () => assert.fail('not sent')));
      const heard = Promise.withResolvers<string>();
      const ticked = Promise.withResolvers<void>();
      const core = {
        ...idle,
        receive: (datagram: Buffer) => heard.resolve(datagram.toString()),
        tick: ticked.resolve,
      };
      const ingress = startIngress(socket, core, () => performance.now());
      undo.push(ingress.stop, socket.close);
      return { ingress, port: socket.local.port, heard: heard.promise, ticked: ticked.promise };
    }

    test('hears clients, messages of other threads, and the clock', async () => {
      const { port, heard, ticked } = await running();
      const client = dgram.createSocket('udp4');
      client.send('hello', port, '127.0.0.1', () => client.close());
      assert.equal(await heard, 'hello');
      const { port1, port2 } = new MessageChannel();
      undo.push(() => port1.close());
      const message = once(port1, 'message');
      port2.postMessage('news');
      await message;
      await ticked;
    });

    test('tells how long it has slept', async () => {
      const { ingress, ticked } = await running();
      const before = ingress.loopTime();
      await ticked;
      assert.ok(ingress.loopTime().idle > before.idle);
    });
  });

test('what a media thread does for probes is no sleep', async () => {
  const socket = await openSockets({ address: '127.0.0.1', port: 0 }, () => assert.fail('not sent'));
  let nowMs = 0;
  let sleptMs = 0;
  const reader = {
    sleep(ms: number) {
      nowMs += ms;
      sleptMs += ms;
    },
    isLoopDue: () => false,
    read: () => undefined,
  };
  const { promise: ticked, resolve } = Promise.withResolvers<void>();
  let ticks = 0;
  const tick = () => {
    ticks += 1;
    if (ticks === 3) resolve();
  };
  const pace = () => {
    nowMs += 5;
    return true;
  };
  const takeReader = () => reader;
  const ingress = startIngress({ ...socket, takeReader }, { ...idle, tick, pace }, () => nowMs);
  await ticked;
  ingress.stop();
  socket.close();
  assert.deepEqual(ingress.loopTime(), { active: nowMs - sleptMs, idle: sleptMs });
});

/** What is done about what comes, each list by a socket of its own, with 'sent' wherever something is sent then. */
async function done(...came: string[][]): Promise<readonly string[]> {
  const socket = await openSockets({ address: '127.0.0.1', port: 0 }, () => assert.fail('not sent'));
  let left = came.flat().length;
  const reader = {
    sleep: () => undefined,
    isLoopDue: () => true,
    read(_most: number, listener: (datagram: Buffer, from: Endpoint) => boolean) {
      for (const each of came)
        for (let isMore = true; isMore && each.length > 0; ) {
          const text = each.shift() ?? '';
          isMore = listener(Buffer.from(text), { address: '192.0.2.1', port: text.length });
        }
    },
  };
  const steps: string[] = [];
  const { promise: handled, resolve } = Promise.withResolvers<void>();
  const receive = (datagram: Buffer, from: Endpoint) => {
    assert.deepEqual(from, { address: '192.0.2.1', port: datagram.length });
    steps.push(datagram.toString());
    left -= 1;
  };
  const core = {
    ...idle,
    receive,
    receiveMedia(datagram: Buffer, from: Endpoint) {
      const isMedia = datagram.toString().startsWith('media');
      if (isMedia) receive(datagram, from);
      return isMedia;
    },
    flush() {
      if (steps.length > 0 && steps.at(-1) !== 'sent') steps.push('sent');
      if (left === 0) resolve();
    },
  };
  const ingress = startIngress({ ...socket, takeReader: () => reader }, core, () => 0);
  await handled;
  ingress.stop();
  socket.close();
  return steps;
}

test('media goes before what came with it, and all else in its order', async () => {
  const seven = await done(['check', 'media 1', 'report', 'media 2', 'hello']);
  assert.deepEqual(seven, ['media 1', 'media 2', 'sent', 'check', 'report', 'hello', 'sent']);
});

test('what is too long to wait does not overtake what waits', async () => {
  const long = 'x'.repeat(3000);
  const steps = await done(['check', 'media', long, 'hello']);
  assert.deepEqual(steps, ['media', 'sent', 'check', long, 'sent', 'hello', 'sent']);
});

test('nor does what another socket brings when as many wait as can, and no more is read then before media is', async () => {
  const crowd = Array.from({ length: 40 }, (_, i) => `check ${i}`);
  const steps = await done([...crowd], ['report', 'media', 'hello']);
  const [first, later] = [crowd.slice(0, 32), crowd.slice(32)];
  assert.deepEqual(steps, [...first, 'report', 'sent', 'media', 'sent', ...later, 'hello', 'sent']);
});
