import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PutAside, putAside } from '#server/media/put-aside.ts';
import type { Endpoint } from '#server/media/udp/address.ts';

/** As text and port. */
function released(of: PutAside): readonly (readonly [string, number])[] {
  const found: [string, number][] = [];
  of.release((datagram, { port }) => found.push([datagram.toString('latin1'), port]));
  return found;
}

const from = (port: number): Endpoint => ({ address: '192.0.2.1', port });

test('what waits comes out in its order, each from where it came, and once', () => {
  const of = putAside();
  const memory = Buffer.from('first');
  of.put(memory, from(1));
  memory.fill('x');
  of.put(Buffer.from(''), from(2));
  of.put(Buffer.from('a longer third'), from(3));
  assert.deepEqual(released(of), [
    ['first', 1],
    ['', 2],
    ['a longer third', 3],
  ]);
  assert.deepEqual(released(of), []);
});

test('there is room for so many, and for what is as long as anything that can be opened', () => {
  const of = putAside();
  assert.equal(of.put(Buffer.alloc(2049), from(1)), false);
  assert.equal(of.put(Buffer.alloc(2048, 'x'), from(1)), true);
  let count = 1;
  for (; !of.isFull(); count++) assert.equal(of.put(Buffer.from(`${count}`), from(count)), true);
  assert.equal(of.put(Buffer.from('one more'), from(count)), false);
  const found = released(of);
  assert.equal(found.length, count);
  assert.deepEqual(found[0], ['x'.repeat(2048), 1]);
  assert.deepEqual(found.at(-1), [`${count - 1}`, count - 1]);
  assert.equal(of.isFull(), false);
});
