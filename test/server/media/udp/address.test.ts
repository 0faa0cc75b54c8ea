import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressBytes } from '#server/media/udp/address.ts';
import { addressMap } from '#server/media/udp/address-map.ts';

for (const [text, hex] of [
  ['127.0.0.1', '7f000001'],
  ['::ffff:10.1.2.3', '0a010203'],
  ['::', '00000000000000000000000000000000'],
  ['::1', '00000000000000000000000000000001'],
  ['fe80::1%eth0', 'fe800000000000000000000000000001'],
  ['2001:db8::ff00:42:8329', '20010db8000000000000ff0000428329'],
  ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
  ['64:ff9b::192.0.2.33', '0064ff9b0000000000000000c0000221'],
] as const)
  test(`the bytes of ${text}`, () => assert.equal(addressBytes(text).toString('hex'), hex));

test('what is no address is refused', () => {
  for (const text of ['', 'localhost', '1.2.3', '::g', '1:2:3']) assert.throws(() => addressBytes(text), RangeError);
});

test('an address belongs to whoever claimed it last, and only that one can give it up', () => {
  const map = addressMap<string>();
  const at = { address: '10.0.0.1', port: 4000 };
  map.set(at, 'first');
  map.set({ ...at, port: 4001 }, 'neighbour');
  map.set(at, 'second');
  map.remove(at, 'first');
  assert.equal(map.find('10.0.0.1', 4000), 'second');
  map.remove(at, 'second');
  assert.equal(map.find('10.0.0.1', 4000), undefined);
  assert.equal(map.find('10.0.0.1', 4001), 'neighbour');
  assert.equal(map.find('10.0.0.2', 4001), undefined);
});
