/**
 * AES-128-GCM by the OpenSSL inside the Node binary, on memory given by address.
 *
 * `node:ffi` calls functions of up to three arguments in some 20 ns, of four to six in 240, and longer ones, of numbers
 * only, in 120. So IV and tag go through parameter lists rather than through EVP_EncryptInit_ex and EVP_CIPHER_CTX_ctrl,
 * each key has a context of its own, and updates are given two arguments that they do not look at, as C allows.
 */
import type * as Ffi from 'node:ffi';
import { functionsOf } from '#server/node/functions-of.ts';

export interface Gcm {
  /** 12 bytes, to be written before each packet. */
  readonly iv: Buffer;
  /** A context for a key of 16 bytes, to encrypt or to decrypt. */
  open(key: Uint8Array, use: 'encrypt' | 'decrypt'): bigint;
  close(context: bigint): void;
  /** Encrypts in place under the IV, and writes the 16 bytes of the tag to that address. Throws when OpenSSL refuses. */
  encrypt(
    context: bigint,
    associated: bigint,
    associatedLength: number,
    data: bigint,
    dataLength: number,
    tagAddress: number,
  ): void;
  /** Decrypts in place what is at those addresses. False when the tag is another: what is there then is of no use. */
  decrypt(
    context: bigint,
    associated: bigint,
    associatedLength: number,
    data: bigint,
    dataLength: number,
    tagAddress: number,
  ): boolean;
}

/** Of EVP_EncryptUpdate and its like, with the two arguments more. */
export const update = {
  return: 'int32',
  arguments: ['uint64', 'uint64', 'uint64', 'uint64', 'int32', 'int32', 'int32'],
} as const;
/** Of EVP_EncryptInit_ex and its like. */
export const init = { return: 'int32', arguments: ['pointer', 'pointer', 'pointer', 'pointer', 'pointer'] } as const;
const final = { return: 'int32', arguments: ['pointer', 'pointer', 'pointer'] } as const;

const functions = {
  EVP_CIPHER_CTX_new: { return: 'pointer', arguments: [] },
  EVP_CIPHER_CTX_free: { return: 'void', arguments: ['pointer'] },
  EVP_aes_128_gcm: { return: 'pointer', arguments: [] },
  EVP_EncryptInit_ex: init,
  EVP_EncryptUpdate: update,
  EVP_EncryptFinal_ex: final,
  EVP_DecryptInit_ex: init,
  EVP_DecryptUpdate: update,
  EVP_DecryptFinal_ex: final,
  EVP_CIPHER_CTX_set_params: { return: 'int32', arguments: ['pointer', 'pointer'] },
  EVP_CIPHER_CTX_get_params: { return: 'int32', arguments: ['pointer', 'pointer'] },
} as const;

const none = 0n;
const ivLength = 12;
/** Of AEAD_AES_128_GCM, in bytes (RFC 7714 section 12). */
export const tagLength = 16;

/** Of `OSSL_PARAM` in `openssl/core.h`, on machines with 64 bits. A list of one ends with an empty one. */
const parameter = { name: 0, type: 8, data: 16, dataLength: 24, size: 40 } as const;
const octetString = 5;
/** The name of the IV's parameter is that of TLS, whose IVs have a fixed part; this length stands for all of it. */
const wholeIv = 2n ** 64n - 1n;
const ivName = 'tlsivfixed\0';
const tagName = 'tag\0';

/** Where things lie in the memory that both sides see. */
const at = {
  ...{ iv: 0, length: 16, ivName: 32, tagName: 48 },
  ...{ ivList: 64, tagList: 64 + 2 * parameter.size, bothList: 64 + 4 * parameter.size, key: 400, size: 512 },
};

/** Throws where the binary lacks the functions, or they do not do what they are known to do. */
export function openssl(ffi: typeof Ffi): Gcm {
  const gcm = bound(ffi);
  if (!isRight(ffi, gcm)) throw new Error('OpenSSL encrypts in another way than expected');
  return gcm;
}

function bound(ffi: typeof Ffi): Gcm {
  const evp = functionsOf(ffi, functions);
  const memory = Buffer.allocUnsafeSlow(at.size).fill(0);
  const start = ffi.getRawPointer(memory);
  const pointer = (offset: number): bigint => start + BigInt(offset);
  memory.write(ivName, at.ivName, 'latin1');
  memory.write(tagName, at.tagName, 'latin1');
  const setParameter = (list: number, name: number, data: bigint, length: bigint): void => {
    memory.writeBigUInt64LE(pointer(name), list + parameter.name);
    memory.writeUInt32LE(octetString, list + parameter.type);
    memory.writeBigUInt64LE(data, list + parameter.data);
    memory.writeBigUInt64LE(length, list + parameter.dataLength);
  };
  setParameter(at.ivList, at.ivName, pointer(at.iv), wholeIv);
  setParameter(at.tagList, at.tagName, none, BigInt(tagLength));
  setParameter(at.bothList, at.ivName, pointer(at.iv), wholeIv);
  setParameter(at.bothList + parameter.size, at.tagName, none, BigInt(tagLength));
  const words = new Uint32Array(memory.buffer, memory.byteOffset, memory.length / 4);
  const tagWord = (at.tagList + parameter.data) / 4;
  const givenTagWord = (at.bothList + parameter.size + parameter.data) / 4;
  const [ivList, tagList, bothList] = [pointer(at.ivList), pointer(at.tagList), pointer(at.bothList)];
  const [length, keyPointer] = [pointer(at.length), pointer(at.key)];
  const cipher = evp.EVP_aes_128_gcm();
  return {
    iv: memory.subarray(at.iv, at.iv + ivLength),
    open(key, use) {
      memory.set(key, at.key);
      const context = evp.EVP_CIPHER_CTX_new();
      const begin = use === 'encrypt' ? evp.EVP_EncryptInit_ex : evp.EVP_DecryptInit_ex;
      const isTaken = begin(context, cipher, none, keyPointer, none) === 1;
      memory.fill(0, at.key, at.key + key.length);
      if (!isTaken) throw new Error('OpenSSL refused a key');
      return context;
    },
    close: (context) => evp.EVP_CIPHER_CTX_free(context),
    encrypt(context, associated, associatedLength, data, dataLength, tagAddress) {
      words[tagWord] = tagAddress;
      words[tagWord + 1] = tagAddress / 2 ** 32;
      const isSealed =
        evp.EVP_CIPHER_CTX_set_params(context, ivList) === 1 &&
        evp.EVP_EncryptUpdate(context, none, length, associated, associatedLength, 0, 0) === 1 &&
        evp.EVP_EncryptUpdate(context, data, length, data, dataLength, 0, 0) === 1 &&
        evp.EVP_EncryptFinal_ex(context, length, length) === 1 &&
        evp.EVP_CIPHER_CTX_get_params(context, tagList) === 1;
      if (!isSealed) throw new Error('OpenSSL refused to encrypt');
    },
    decrypt(context, associated, associatedLength, data, dataLength, tagAddress) {
      words[givenTagWord] = tagAddress;
      words[givenTagWord + 1] = tagAddress / 2 ** 32;
      return (
        evp.EVP_CIPHER_CTX_set_params(context, bothList) === 1 &&
        evp.EVP_DecryptUpdate(context, none, length, associated, associatedLength, 0, 0) === 1 &&
        evp.EVP_DecryptUpdate(context, data, length, data, dataLength, 0, 0) === 1 &&
        evp.EVP_DecryptFinal_ex(context, length, length) === 1
      );
    },
  };
}

/**
 * Test case 4 of the GCM specification (McGrew and Viega), which is also NIST's, then another IV, and the case again: a
 * context that kept anything of the packet before would give keys away.
 */
function isRight(ffi: typeof Ffi, gcm: Gcm): boolean {
  const hex = (text: string): Buffer => Buffer.from(text, 'hex');
  const header = hex('feedfacedeadbeeffeedfacedeadbeefabaddad2');
  const payload = hex(
    'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
  );
  const sealed =
    '42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091' +
    '5bc94fbc3221a5db94fae95ae7121a47';
  const key = hex('feffe9928665731c6d6a8f9467308308');
  const [sealing, opening] = [gcm.open(key, 'encrypt'), gcm.open(key, 'decrypt')];
  const memory = Buffer.allocUnsafeSlow(header.length + payload.length + tagLength);
  const start = ffi.getRawPointer(memory);
  const [data, tag] = [start + BigInt(header.length), Number(start) + header.length + payload.length];
  const seal = (iv: string): string => {
    memory.set(header);
    memory.set(payload, header.length);
    gcm.iv.set(hex(iv));
    gcm.encrypt(sealing, start, header.length, data, payload.length, tag);
    return memory.toString('hex', header.length);
  };
  const unseal = (iv: string, text: string): string => {
    memory.set(hex(text), header.length);
    gcm.iv.set(hex(iv));
    const isAuthentic = gcm.decrypt(opening, start, header.length, data, payload.length, tag);
    return isAuthentic ? memory.toString('hex', header.length, header.length + payload.length) : '';
  };
  const [known, other] = ['cafebabefacedbaddecaf888', 'cafebabefacedbaddecaf889'];
  const found = [seal(known), seal(other), seal(known)];
  const opened = [unseal(known, sealed), unseal(other, sealed), unseal(known, sealed)];
  for (const context of [sealing, opening]) gcm.close(context);
  const isOpened = opened[0] === payload.toString('hex') && opened[1] === '' && opened[2] === opened[0];
  return isOpened && found[0] === sealed && found[1] !== sealed && found[2] === sealed;
}
