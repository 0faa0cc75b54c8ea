import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesOf, type Call, deliver, textOf } from '#server/media/messages.ts';

const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte);

test('bytes of every value go as text, and come as they were', () => {
  assert.deepEqual(bytesOf(structuredClone(textOf(everyByte))), Buffer.from(everyByte));
});

test('of a view into memory that holds more only the view goes', () => {
  assert.deepEqual(bytesOf(textOf(everyByte.subarray(200, 203))), Buffer.from([200, 201, 202]));
});

test('bytes that came keep what they are when the memory that they were sent from is used for others', () => {
  const memory = Buffer.from([22, 1]);
  const text = textOf(memory);
  memory.fill(0);
  assert.deepEqual(bytesOf(text), Buffer.from([22, 1]));
});

test('a call that was cloned is made with what it was told', () => {
  const calls: unknown[] = [];
  const listener = {
    move: (...args: [viewer: number, address: string]) => void calls.push(args),
    leave: () => undefined,
  };
  const message: Call<typeof listener> = ['move', 3, '::1'];
  deliver(listener, structuredClone(message));
  assert.deepEqual(calls, [[3, '::1']]);
});
