import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aesBlocks, aesBlocksOfNode } from '#server/media/srtp/aes-blocks.ts';
import { freshSeed, randomBytes, seeded } from '#test/harness/seeded.ts';

test('the example of FIPS 197 comes out, by either way', () => {
  const key = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');
  const block = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
  for (const aes of [aesBlocks(), aesBlocksOfNode])
    assert.equal(aes(key, block).toString('hex'), '69c4e0d86a7b0430d8cdb78070b4c55a');
});

const skip = process.getBuiltinModule('node:ffi') === undefined && 'this Node has no node:ffi';

test('where OpenSSL can be called it is, and gives what node:crypto does, one key after the other', { skip }, () => {
  const [aes, random] = [aesBlocks(), seeded(freshSeed())];
  assert.notEqual(aes, aesBlocksOfNode);
  for (const blocks of [4, 8, 1, 7, 8, 40]) {
    const [key, data] = [randomBytes(random, 16), randomBytes(random, 16 * blocks)];
    assert.deepEqual(aes(key, data), aesBlocksOfNode(key, data), `${blocks} blocks`);
  }
});
