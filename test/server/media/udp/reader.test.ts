import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import { once } from 'node:events';
import { afterEach, describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { MessageChannel } from 'node:worker_threads';
import type { Endpoint } from '#server/media/udp/address.ts';
import { type MediaSockets, openSockets } from '#server/media/udp/dual-socket.ts';
import type { Reader } from '#server/media/udp/reader.ts';
import { hasIPv6 } from '../udp-sockets.ts';

/** Nobody waits for so long: something has come before. */
const longMs = 60_000;

describe('reading datagrams without dgram', () => {
  const undo: (() => void)[] = [];
  afterEach(() => {
    for (const step of undo.splice(0)) step();
  });

  async function opened(alsoAt?: string): Promise<{ readonly socket: MediaSockets; readonly reader: Reader }> {
    const addresses = { address: '127.0.0.1', ...(alsoAt !== undefined && { alsoAt }) };
    const socket = await openSockets({ ...addresses, port: 0 }, () => assert.fail('not sent'));
    undo.push(socket.close);
    const reader = socket.takeReader();
    assert.ok(reader, 'works on this Node');
    return { socket, reader };
  }

  async function client(address = '127.0.0.1'): Promise<dgram.Socket> {
    const socket = dgram.createSocket(address.includes(':') ? 'udp6' : 'udp4').bind(0, address);
    undo.push(() => socket.close());
    await once(socket, 'listening');
    return socket;
  }

  /** Everything that waits, as text, and where it came from. */
  function read(reader: Reader, most = 100): readonly [string, Endpoint][] {
    const found: [string, Endpoint][] = [];
    reader.read(most, (datagram, from) => found.push([datagram.toString(), { ...from }]) > 0);
    return found;
  }

  async function send(from: dgram.Socket, text: string, to: Endpoint, address = '127.0.0.1'): Promise<void> {
    await new Promise((sent) => from.send(text, to.port, address, sent));
  }

  test('tells what came, in its order, and where it came from', async () => {
    const { socket, reader } = await opened();
    const [one, other] = [await client(), await client()];
    await send(one, 'first', socket.local);
    await send(other, 'a longer second', socket.local);
    await send(one, '', socket.local);
    reader.sleep(longMs);
    const at = (of: dgram.Socket) => ({ address: '127.0.0.1', port: of.address().port });
    assert.deepEqual(read(reader), [
      ['first', at(one)],
      ['a longer second', at(other)],
      ['', at(one)],
    ]);
    assert.deepEqual(read(reader), []);
  });

  test('leaves what is beyond the number that was asked for', async () => {
    const { socket, reader } = await opened();
    const from = await client();
    for (const text of ['a', 'b', 'c']) await send(from, text, socket.local);
    reader.sleep(longMs);
    assert.deepEqual(
      [read(reader, 2), read(reader, 2)].map((found) => found.map(([text]) => text)),
      [['a', 'b'], ['c']],
    );
  });

  test('takes what is longer than any packet of media', async () => {
    const { socket, reader } = await opened();
    const text = 'x'.repeat(60_000);
    await send(await client(), text, socket.local);
    reader.sleep(longMs);
    assert.equal(read(reader)[0]?.[0], text);
  });

  test('tells clients of both families apart', { skip: hasIPv6 ? false : 'this machine has no ::1' }, async () => {
    const { socket, reader } = await opened('::1');
    const [four, six] = [await client('127.0.0.1'), await client('::1')];
    for (let round = 0; round < 2; round++) {
      await send(four, 'four', socket.local, '127.0.0.1');
      await send(six, 'six', socket.local, '::1');
      reader.sleep(longMs);
      const found = new Map(read(reader));
      assert.deepEqual(found.get('four'), { address: '127.0.0.1', port: four.address().port });
      assert.deepEqual(found.get('six'), { address: '::1', port: six.address().port });
    }
  });

  test('goes on with the other family when it is told to stop, and lets them go first by turns', {
    skip: hasIPv6 ? false : 'this machine has no ::1',
  }, async () => {
    const { socket, reader } = await opened('::1');
    const [four, six] = [await client('127.0.0.1'), await client('::1')];
    for (let i = 0; i < 2; i++) {
      await send(four, 'four', socket.local, '127.0.0.1');
      await send(six, 'six', socket.local, '::1');
    }
    reader.sleep(longMs);
    const readOneOfEach = (): readonly string[] => {
      const found: string[] = [];
      reader.read(100, (datagram) => {
        found.push(datagram.toString());
        return false;
      });
      return found;
    };
    const first = readOneOfEach();
    assert.deepEqual(first.toSorted(), ['four', 'six']);
    assert.deepEqual(readOneOfEach(), first.toReversed());
    assert.deepEqual(readOneOfEach(), []);
  });

  test('wakes for what comes for the loop of its thread', async () => {
    const { reader } = await opened();
    const { port1, port2 } = new MessageChannel();
    undo.push(() => port1.close());
    const heard = once(port1, 'message');
    await turn();
    port2.postMessage('hello');
    reader.sleep(longMs);
    assert.equal(reader.isLoopDue(), true);
    await heard;
  });
});
