/** What is asked of the kernel beside dgram. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { descriptorOf, isAnyWaiting } from '#server/media/udp/descriptor.ts';
import { segmentsAtOnce } from '#server/media/udp/segmentation.ts';
import { opener } from '../udp-sockets.ts';

const ffi = process.getBuiltinModule('node:ffi');
const { open, closeAll } = opener();
after(closeAll);

test('it is known whether a datagram waits to be read', async () => {
  const [sender, receiver, other] = [await open(), await open(), await open()];
  const isWaiting = isAnyWaiting(
    ffi,
    [other, receiver].map((socket) => descriptorOf(socket) ?? -1),
  );
  assert.equal(isWaiting(), false);
  const sent = Promise.withResolvers();
  const read = once(receiver, 'message');
  sender.connect(receiver.address().port, '127.0.0.1', () => {
    sender.send('hello', sent.resolve);
    sent.resolve(isWaiting());
  });
  assert.equal(await sent.promise, true, 'sent, and not read yet');
  await read;
  assert.equal(isWaiting(), false);
});

test('this kernel is found to cut one message apart to datagrams', () => {
  assert.equal(segmentsAtOnce(ffi), 64);
});
