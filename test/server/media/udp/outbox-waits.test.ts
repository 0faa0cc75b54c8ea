import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { outbox } from '#server/media/udp/outbox.ts';
import { arrivals, boundOf, opener } from '../udp-sockets.ts';

const { open, closeAll } = opener();
after(closeAll);

test('the outbox does not wait for ever for what is coming: of a flood there is always more', async () => {
  const [sender, receiver] = [await open(), await open()];
  const exit = { ...boundOf(sender), leave: () => assert.fail(), isPassable: () => true };
  const box = outbox([exit], () => true);
  assert.ok(box, 'works on this Node');
  const all = arrivals(receiver, 1);
  box.put([Buffer.from('media')], receiver.address());
  let waits = 0;
  while (waits < 1000 && !box.settle()) waits += 1;
  assert.ok(waits < 1000);
  assert.deepEqual(await all, [Buffer.from('media').toString('hex')]);
});
