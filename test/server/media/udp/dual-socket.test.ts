import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import { once } from 'node:events';
import { after, describe, test } from 'node:test';
import type { Endpoint } from '#server/media/udp/address.ts';
import { openSockets } from '#server/media/udp/dual-socket.ts';
import { outbox } from '#server/media/udp/outbox.ts';
import { boundOf, hasIPv6, opener } from '../udp-sockets.ts';

describe('a media port at an address of each family', { skip: hasIPv6 ? false : 'this machine has no ::1' }, () => {
  const undo: (() => void)[] = [];
  after(() => {
    for (const step of undo) step();
  });

  /** A client of that family, which asks and gets an answer; resolves to what was answered, and from where. */
  async function asked(address: string, port: number): Promise<readonly [string, string, number]> {
    const client = dgram.createSocket(address.includes(':') ? 'udp6' : 'udp4');
    undo.push(() => client.close());
    client.bind(0, address);
    await once(client, 'listening');
    client.send('hello', port, address);
    const [answer, from] = (await once(client, 'message')) as [Buffer, Endpoint];
    return [answer.toString(), from.address, from.port];
  }

  test('answers each client from the address that it asked', async () => {
    const socket = await openSockets({ address: '127.0.0.1', port: 0, alsoAt: '::1' }, () => assert.fail('not sent'));
    undo.push(socket.close);
    const { port } = socket.local;
    socket.onDatagram((datagram, from) => {
      socket.send([Buffer.from(`${datagram} ${from.address}`)], from);
      socket.outbox?.flush();
    });
    assert.deepEqual(await asked('127.0.0.1', port), ['hello 127.0.0.1', '127.0.0.1', port]);
    assert.deepEqual(await asked('::1', port), ['hello ::1', '::1', port]);
  });

  test('sends media to a client of each family from the address of its family', async () => {
    const socket = await openSockets({ address: '::1', port: 0, alsoAt: '127.0.0.1' }, () => assert.fail('not sent'));
    undo.push(socket.close);
    assert.ok(socket.outbox, 'works on this Node');
    const key = socket.outbox.open(Buffer.alloc(16));
    undo.unshift(key.close);
    for (const address of ['::1', '127.0.0.1']) {
      const client = dgram.createSocket(address.includes(':') ? 'udp6' : 'udp4');
      undo.push(() => client.close());
      client.bind(0, address);
      await once(client, 'listening');
      key.iv.fill(1);
      assert.equal(key.add(Buffer.alloc(12), Buffer.from('media'), client.address()), true);
      socket.outbox.flush();
      const [datagram, from] = (await once(client, 'message')) as [Buffer, Endpoint];
      assert.equal(datagram.length, 12 + 5 + 16);
      assert.deepEqual([from.address, from.port], [address, socket.local.port]);
    }
  });

  test('is closed whole when its second address cannot be bound', async () => {
    const taken = dgram.createSocket('udp6').bind(0, '::1');
    await once(taken, 'listening');
    undo.push(() => taken.close());
    const { port } = taken.address();
    await assert.rejects(
      openSockets({ address: '127.0.0.1', port, alsoAt: '::1' }, () => undefined),
      /EADDRINUSE/,
    );
    const again = await openSockets({ address: '127.0.0.1', port }, () => undefined);
    again.close();
  });
});

test('a media port is the same to its clients where node:ffi may call nothing', async (t) => {
  t.mock.method(process.getBuiltinModule('node:ffi'), 'dlopen', () => {
    throw new Error('Access to this API has been restricted');
  });
  const reasons: string[] = [];
  const socket = await openSockets(
    { address: '127.0.0.1', port: 0 },
    () => assert.fail('not sent'),
    (reason) => reasons.push(reason),
  );
  t.after(socket.close);
  assert.deepEqual(reasons, ['Error: Access to this API has been restricted']);
  assert.deepEqual([socket.outbox, socket.takeReader()], [undefined, undefined]);
  socket.onDatagram((datagram, from) => socket.send([datagram], from));
  const client = dgram.createSocket('udp4');
  t.after(() => client.close());
  client.send('hello', socket.local.port, '127.0.0.1');
  const [answer] = (await once(client, 'message')) as [Buffer];
  assert.equal(answer.toString(), 'hello');
});

test('nothing is sent by a descriptor that is unknown, or bound to something else, and it is told why', async (t) => {
  const sockets = opener();
  t.after(sockets.closeAll);
  const [sender, other] = [await sockets.open(), await sockets.open()];
  const exit = { ...boundOf(sender), to: other.address(), leave: () => assert.fail(), isPassable: () => true };
  const reasons: string[] = [];
  for (const exits of [[], [exit]])
    assert.equal(
      outbox(exits, undefined, (reason) => reasons.push(reason)),
      undefined,
    );
  const why = 'dgram does not keep its descriptors where it is known to';
  assert.deepEqual(reasons, [why, why]);
});

test('a media port is the same to its clients where node:ffi is refused', async (t) => {
  t.mock.method(process, 'getBuiltinModule', () => {
    throw new Error('Access to this API has been restricted');
  });
  const socket = await openSockets({ address: '127.0.0.1', port: 0 }, () => assert.fail('not sent'));
  t.after(socket.close);
  assert.deepEqual([socket.outbox, socket.takeReader()], [undefined, undefined]);
});
