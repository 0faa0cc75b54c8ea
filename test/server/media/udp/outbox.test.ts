import assert from 'node:assert/strict';
import type dgram from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { cmRtpCipher } from '#server/media/srtp/srtp-cm.ts';
import { gcmRtpCipher } from '#server/media/srtp/srtp-gcm.ts';
import type { Endpoint } from '#server/media/udp/address.ts';
import { type Outbox, outbox } from '#server/media/udp/outbox.ts';
import { freshSeed, randomBytes, seeded } from '#test/harness/seeded.ts';
import { arrivals, boundOf, hasIPv6, opener } from '../udp-sockets.ts';

const ffi = process.getBuiltinModule('node:ffi');
const { functions: libc } = ffi.dlopen(null, {
  setsockopt: { return: 'int32', arguments: ['int32', 'int32', 'int32', 'pointer', 'uint32'] },
});
/** SOL_SOCKET, SO_NO_CHECK. */
const noChecksums = [1, 11] as const;

function setOption(socket: dgram.Socket, [level, option]: readonly [number, number]): void {
  const on = Buffer.allocUnsafeSlow(4);
  on.writeUInt32LE(1);
  assert.equal(libc.setsockopt(boundOf(socket).descriptor, level, option, on, on.length), 0);
}

const header = Buffer.alloc(12, 0x80);
const keys = (encryption: Buffer, salt: Buffer) => ({
  encryption,
  authentication: Buffer.alloc(0),
  salt,
});
const someKeys = keys(Buffer.alloc(16, 1), Buffer.alloc(12, 2));
/** As `node:crypto` seals it. */
const expected = (text: string, index: number) =>
  Buffer.concat(gcmRtpCipher(someKeys).seal(header, Buffer.from(text), 1, index)).toString('hex');

describe('the outbox', () => {
  const { open, closeAll } = opener();
  let sender: dgram.Socket;
  let receiver: dgram.Socket;
  let box: Outbox;
  let left: { datagram: string; to: Endpoint }[];
  let isPassable: boolean;

  beforeEach(async () => {
    [sender, receiver] = [await open(), await open()];
    [left, isPassable] = [[], true];
    box = boxOf(sender);
  });
  afterEach(closeAll);
  const boxOf = (socket: dgram.Socket, isMoreComing?: () => boolean): Outbox => {
    const made = outbox([{ ...boundOf(socket), leave, isPassable: () => isPassable }], isMoreComing);
    assert.ok(made, 'works on this Node');
    return made;
  };
  const leave = (datagram: Buffer, { address, port }: Endpoint) =>
    left.push({ datagram: datagram.toString('hex'), to: { address, port } });
  const post = (text: string, index: number, to: Endpoint = receiver.address()) =>
    gcmRtpCipher(someKeys, { outbox: box }).post(header, Buffer.from(text), 1, index, to);

  test('seals as node:crypto does, whatever the lengths and keys', async (t) => {
    const seed = freshSeed();
    t.diagnostic(`SEED=${seed}`);
    const random = seeded(seed);
    const wanted: string[] = [];
    const arrived = arrivals(receiver, 500);
    for (let i = 0; i < 500; i++) {
      const of = keys(randomBytes(random, 16), randomBytes(random, 12));
      const of1 = gcmRtpCipher(of, { outbox: box });
      const head = randomBytes(random, 12 + 4 * Math.floor(random() * 29));
      const payload = randomBytes(random, Math.floor(random() ** 2 * 1500));
      const [ssrc, index] = [Math.floor(random() * 2 ** 32), Math.floor(random() * 2 ** 48)];
      wanted.push(Buffer.concat(of1.seal(head, payload, ssrc, index)).toString('hex'));
      assert.equal(of1.post(head, payload, ssrc, index, receiver.address()), true);
      of1.close();
    }
    box.flush();
    assert.deepEqual(await arrived, wanted, `SEED=${seed}`);
  });

  test('sends nothing before it is flushed, then all in order, from the socket’s own port', async () => {
    const arrived = once(receiver, 'message', { signal: AbortSignal.timeout(5_000) });
    const all = arrivals(receiver, 3);
    for (const [index, text] of ['one', 'two', 'three'].entries()) post(text, index);
    box.flush();
    const [, { port }] = await arrived;
    assert.equal(port, sender.address().port);
    assert.deepEqual(await all, [expected('one', 0), expected('two', 1), expected('three', 2)]);
  });

  test('sends what needs no seal as it is, among the rest in its place', async () => {
    const arrived = arrivals(receiver, 3);
    post('one', 0);
    assert.equal(box.put([Buffer.from('as it'), Buffer.from(' is')], receiver.address()), true);
    post('three', 2);
    assert.equal(box.put([Buffer.alloc(4000)], receiver.address()), false, 'longer than a slot');
    box.flush();
    assert.deepEqual(await arrived, [
      expected('one', 0),
      Buffer.from('as it is').toString('hex'),
      expected('three', 2),
    ]);
  });

  test('takes what is sealed by AES-CM', async () => {
    const cm = { ...keys(Buffer.alloc(16, 1), Buffer.alloc(14, 2)), authentication: Buffer.alloc(20, 3) };
    const arrived = arrivals(receiver, 1);
    const cipher = cmRtpCipher(cm, { outbox: box });
    assert.equal(cipher.post(header, Buffer.from('text'), 1, 2, receiver.address()), true);
    box.flush();
    assert.equal(cipher.open(Buffer.from((await arrived)[0] ?? '', 'hex'), header.length, 1, 2)?.toString(), 'text');
    cipher.close();
    assert.equal(cipher.post(header, Buffer.from('text'), 1, 3, receiver.address()), false);
  });

  test('another one sends by the same socket', async () => {
    const fallback = { leave: () => assert.fail('not sent'), isPassable: () => true };
    const other = outbox(structuredClone(box.bound).map((bound) => ({ ...bound, ...fallback })));
    const [first, arrived] = [once(receiver, 'message'), arrivals(receiver, 1)];
    other?.put([Buffer.from('hello')], receiver.address());
    other?.flush();
    assert.deepEqual(await arrived, [Buffer.from('hello').toString('hex')]);
    assert.equal((await first)[1].port, sender.address().port);
  });

  test('follows a client that moves', async () => {
    const other = await open();
    const client = { address: '127.0.0.1', port: 0 };
    for (const [index, socket] of [receiver, other].entries()) {
      client.port = socket.address().port;
      const arrived = arrivals(socket, 1);
      post('moved', index, client);
      box.flush();
      assert.deepEqual(await arrived, [expected('moved', index)]);
    }
  });

  test('leaves to dgram what the kernel refuses, and nothing else', async () => {
    const arrived = arrivals(receiver, 2);
    const nowhere = { address: '127.0.0.1', port: 0 };
    post('before', 0);
    post('refused', 1, nowhere);
    post('after', 2);
    box.flush();
    assert.deepEqual(await arrived, [expected('before', 0), expected('after', 2)]);
    assert.deepEqual(left, [{ datagram: expected('refused', 1), to: nowhere }]);
  });

  test('overtakes nothing that waits in dgram’s queue', () => {
    post('before', 0);
    isPassable = false;
    assert.equal(post('later', 1), false);
    box.flush();
    assert.deepEqual(
      left.map(({ datagram }) => datagram),
      [expected('before', 0)],
    );
  });

  test('refuses what is longer than a slot', () => {
    assert.equal(
      gcmRtpCipher(someKeys, { outbox: box }).post(header, Buffer.alloc(2033), 1, 1, receiver.address()),
      false,
    );
    assert.equal(
      gcmRtpCipher(someKeys, { outbox: box }).post(Buffer.alloc(132), Buffer.alloc(9), 1, 1, receiver.address()),
      false,
    );
  });

  test('refuses everything once it, or the key, is closed', () => {
    const cipher = gcmRtpCipher(someKeys, { outbox: box });
    cipher.close();
    assert.equal(cipher.post(header, Buffer.alloc(9), 1, 1, receiver.address()), false);
    box.close();
    assert.equal(post('too late', 1), false);
  });

  test('cuts equal packets to one client apart again, and keeps the order of unequal ones', async () => {
    const lengths = [900, 900, 900, 400, 400, 1000, 20, 1000, 1000, ...new Array<number>(80).fill(1200), 7];
    const texts = lengths.map((length, i) => String(i % 10).repeat(length));
    const all = arrivals(receiver, texts.length);
    const cipher = gcmRtpCipher(someKeys, { outbox: box });
    for (const [index, text] of texts.entries()) cipher.post(header, Buffer.from(text), 1, index, receiver.address());
    box.flush();
    assert.deepEqual(
      await all,
      texts.map((text, index) => expected(text, index)),
    );
  });

  test('waits for what is coming, and then keeps together what goes to one client, in its order', async () => {
    const other = await open();
    const [some, others] = [arrivals(receiver, 100), arrivals(other, 100)];
    let isMoreComing = true;
    const waiting = boxOf(sender, () => isMoreComing);
    const ciphers = [gcmRtpCipher(someKeys, { outbox: waiting }), gcmRtpCipher(someKeys, { outbox: waiting })];
    const wanted: string[] = [];
    for (let index = 0; index < 100; index++) {
      const text = 'x'.repeat(index % 7 === 0 ? 30 : 50);
      wanted.push(expected(text, index));
      for (const [i, cipher] of ciphers.entries())
        cipher.post(header, Buffer.from(text), 1, index, (i === 0 ? receiver : other).address());
      assert.equal(waiting.settle(), false);
    }
    isMoreComing = false;
    assert.equal(waiting.settle(), true);
    assert.deepEqual([await some, await others], [wanted, wanted]);
  });

  test('sends one by one what the kernel refuses to cut', async () => {
    // Without checksums it does not.
    setOption(sender, noChecksums);
    const all = arrivals(receiver, 30);
    const cipher = gcmRtpCipher(someKeys, { outbox: box });
    for (let index = 0; index < 30; index++) {
      cipher.post(header, Buffer.from('equal'), 1, index, receiver.address());
      if (index % 3 === 2) box.flush();
    }
    assert.deepEqual(
      await all,
      Array.from({ length: 30 }, (_, index) => expected('equal', index)),
    );
    assert.deepEqual(left, []);
  });

  test('sends over IPv6, and by mapped addresses', { skip: hasIPv6 ? false : 'this machine has no ::1' }, async () => {
    const six = await open('udp6', '::1');
    const arrived = arrivals(six, 1);
    const overSix = boxOf(await open('udp6', '::'));
    const cipher = gcmRtpCipher(someKeys, { outbox: overSix });
    assert.equal(cipher.post(header, Buffer.from('six'), 1, 0, six.address()), true);
    overSix.flush();
    assert.deepEqual(await arrived, [expected('six', 0)]);
    const mapped = arrivals(receiver, 1);
    cipher.post(header, Buffer.from('mapped'), 1, 1, { address: '::ffff:127.0.0.1', port: receiver.address().port });
    overSix.flush();
    assert.deepEqual(await mapped, [expected('mapped', 1)]);
    assert.equal(cipher.post(header, Buffer.from('scoped'), 1, 2, { address: 'fe80::1%lo', port: 9 }), false);
  });

  test('leaves to dgram what its socket does not reach', () => {
    assert.equal(post('six', 0, { address: '::1', port: 9 }), false);
  });
});
