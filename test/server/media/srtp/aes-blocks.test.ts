import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aesBlocks, aesBlocksOfNode } from '#server/media/srtp/aes-blocks.ts';
import { freshSeed, randomBytes, seeded } from '#test/harness/seeded.ts';
import { changedFfi } from '#test/server/changed-ffi.ts';

test('the example of FIPS 197 comes out, by either way', () => {
  const key = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');
  const block = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
  for (const aes of [aesBlocks(), aesBlocksOfNode])
    assert.equal(aes(key, block).toString('hex'), '69c4e0d86a7b0430d8cdb78070b4c55a');
});

const ffi = process.getBuiltinModule('node:ffi');
const skip = ffi === undefined && 'this Node has no node:ffi';

test('where OpenSSL can be called it is, and gives what node:crypto does, one key after the other', { skip }, () => {
  const [aes, random] = [aesBlocks(assert.fail), seeded(freshSeed())];
  assert.notEqual(aes, aesBlocksOfNode);
  for (const blocks of [4, 8, 1, 7, 8, 40]) {
    const [key, data] = [randomBytes(random, 16), randomBytes(random, 16 * blocks)];
    assert.deepEqual(aes(key, data), aesBlocksOfNode(key, data), `${blocks} blocks`);
  }
});

test('without node:ffi, and where OpenSSL lacks a function or errs, node:crypto does it, and it is told why', (t) => {
  const reasons: string[] = [];
  const isSlower = (without: typeof ffi | undefined) => {
    t.mock.method(process, 'getBuiltinModule', () => without);
    assert.equal(
      aesBlocks((reason) => reasons.push(reason)),
      aesBlocksOfNode,
    );
    t.mock.restoreAll();
  };
  isSlower(undefined);
  isSlower({ ...ffi, dlopen: () => assert.fail('no such function') });
  if (ffi) isSlower(changedFfi(ffi, { EVP_EncryptUpdate: () => () => 1 }));
  const wanted = [/no node:ffi/, /no such function/, /does not come to/].slice(0, ffi ? 3 : 2);
  assert.equal(reasons.length, wanted.length);
  for (const [i, pattern] of wanted.entries()) assert.match(reasons[i] ?? '', pattern);
});
