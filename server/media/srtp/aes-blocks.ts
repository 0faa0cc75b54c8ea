/** AES-128, block by block (ECB): with a counter in each block that is AES-CM, by which SRTP derives its keys. */
import { createCipheriv } from 'node:crypto';
import type * as Ffi from 'node:ffi';
import { byFfi } from '#server/node/by-ffi.ts';
import { functionsOf } from '#server/node/functions-of.ts';
import { ownCopy } from '../own-copy.ts';
import { init, update } from './openssl.ts';

/**
 * `blocks` is of whole blocks of 16 bytes, and so is what they become, in memory of its own, as keys are kept; the key has
 * 16 bytes, too.
 */
export type AesBlocks = (key: Uint8Array, blocks: Uint8Array) => Buffer;

/** By an object of `node:crypto`, which takes ten times as long to make as to use. */
export const aesBlocksOfNode: AesBlocks = (key, blocks) => createCipheriv('aes-128-ecb', key, null).update(blocks);

const functions = {
  EVP_CIPHER_CTX_new: { return: 'pointer', arguments: [] },
  EVP_CIPHER_CTX_reset: { return: 'int32', arguments: ['pointer'] },
  EVP_aes_128_ecb: { return: 'pointer', arguments: [] },
  EVP_EncryptInit_ex: init,
  EVP_EncryptUpdate: update,
} as const;

const none = 0n;
/** Where things lie in the memory that both sides see. */
const at = { key: 0, length: 16, blocks: 32, size: 160 };

/**
 * By OpenSSL through `node:ffi`; where that is missing or not allowed, lacks a function, or gives other results, by
 * `node:crypto`, and `onSlower` is told why.
 */
export const aesBlocks = (onSlower?: (reason: string) => void): AesBlocks =>
  byFfi((ffi) => {
    const fast = open(ffi);
    return isRight(fast) ? fast : 'OpenSSL does not come to what node:crypto does';
  }, onSlower) ?? aesBlocksOfNode;

function open(ffi: typeof Ffi): AesBlocks {
  const evp = functionsOf(ffi, functions);
  const [context, cipher] = [evp.EVP_CIPHER_CTX_new(), evp.EVP_aes_128_ecb()];
  const memory = Buffer.allocUnsafeSlow(at.size).fill(0);
  const start = ffi.getRawPointer(memory);
  const [length, data] = [start + BigInt(at.length), start + BigInt(at.blocks)];
  return (key, blocks) => {
    if (blocks.length > at.size - at.blocks) return aesBlocksOfNode(key, blocks);
    memory.set(key, at.key);
    memory.set(blocks, at.blocks);
    const isDone =
      evp.EVP_EncryptInit_ex(context, cipher, none, start, none) === 1 &&
      evp.EVP_EncryptUpdate(context, data, length, data, blocks.length, 0, 0) === 1;
    const made = ownCopy(memory.subarray(at.blocks, at.blocks + blocks.length));
    // Nothing of a key is left in either.
    evp.EVP_CIPHER_CTX_reset(context);
    memory.fill(0);
    if (!isDone) throw new Error('OpenSSL refused to encipher blocks');
    return made;
  };
}

/** As `node:crypto` has it, for one key after the other. */
function isRight(fast: AesBlocks): boolean {
  const bytes = (length: number, from: number) => Uint8Array.from({ length }, (_, i) => 7 * i + from);
  return [1, 2, 3, 1].every((n) => {
    const asked = [bytes(16, n), bytes(32 * n, 5 * n)] as const;
    return fast(...asked).equals(aesBlocksOfNode(...asked));
  });
}
