import assert from 'node:assert/strict';
import ffi from 'node:ffi';
import { test } from 'node:test';
import { givingBack, libcTrim } from '#server/node/spare-memory.ts';

const block = 4096;
const blocks = 16_384;

test('what was freed between blocks that are in use goes back to the system', () => {
  const { functions: libc } = ffi.dlopen(null, {
    malloc: { return: 'pointer', arguments: ['uint64'] },
    free: { return: 'void', arguments: ['pointer'] },
    memset: { return: 'pointer', arguments: ['pointer', 'int32', 'uint64'] },
  });
  const giveBack = libcTrim();
  assert.ok(giveBack);
  const all = Array.from({ length: blocks }, () => libc.malloc(BigInt(block)));
  for (const at of all) libc.memset(at, 1, BigInt(block));
  const full = process.memoryUsage.rss();
  const kept = all.filter((_, i) => i % 64 === 0);
  for (const at of all) if (!kept.includes(at)) libc.free(at);
  giveBack();
  assert.ok(full - process.memoryUsage.rss() > 0.8 * block * blocks);
  for (const at of kept) libc.free(at);
});

test('it is given back again and again, until that is stopped', (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  let times = 0;
  const giving = givingBack(1000, () => {
    times += 1;
  });
  t.mock.timers.tick(3000);
  giving.stop();
  t.mock.timers.tick(3000);
  assert.equal(times, 3);
});
