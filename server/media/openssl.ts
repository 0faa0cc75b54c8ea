/**
 * AES-128-GCM by the OpenSSL inside the Node binary, on memory given by address.
 *
 * `node:ffi` calls functions of up to three arguments in some 20 ns, of four to six in 240, and longer ones, of numbers
 * only, in 120. So IV and tag go through parameter lists rather than through EVP_EncryptInit_ex and EVP_CIPHER_CTX_ctrl,
 * each key has a context of its own, and EVP_EncryptUpdate is given two arguments that it does not look at, as C allows.
 */
import type * as Ffi from 'node:ffi';

export interface Gcm {
  /** 12 bytes, to be written before each packet. */
  readonly iv: Buffer;
  /** A context for a key of 16 bytes. */
  open(key: Uint8Array): bigint;
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
}

const functions = {
  EVP_CIPHER_CTX_new: { return: 'pointer', arguments: [] },
  EVP_CIPHER_CTX_free: { return: 'void', arguments: ['pointer'] },
  EVP_aes_128_gcm: { return: 'pointer', arguments: [] },
  EVP_EncryptInit_ex: { return: 'int32', arguments: ['pointer', 'pointer', 'pointer', 'pointer', 'pointer'] },
  EVP_EncryptUpdate: {
    return: 'int32',
    arguments: ['uint64', 'uint64', 'uint64', 'uint64', 'int32', 'int32', 'int32'],
  },
  EVP_EncryptFinal_ex: { return: 'int32', arguments: ['pointer', 'pointer', 'pointer'] },
  EVP_CIPHER_CTX_set_params: { return: 'int32', arguments: ['pointer', 'pointer'] },
  EVP_CIPHER_CTX_get_params: { return: 'int32', arguments: ['pointer', 'pointer'] },
} as const;

const none = 0n;
const ivLength = 12;
const tagLength = 16;

/** Of `OSSL_PARAM` in `openssl/core.h`, on machines with 64 bits. A list of one ends with an empty one. */
const parameter = { name: 0, type: 8, data: 16, dataLength: 24, size: 40 } as const;
const octetString = 5;
/** The name of the IV's parameter is that of TLS, whose IVs have a fixed part; this length stands for all of it. */
const wholeIv = 2n ** 64n - 1n;
const ivName = 'tlsivfixed\0';
const tagName = 'tag\0';

/** Where things lie in the memory that both sides see. */
const at = { iv: 0, length: 16, ivName: 32, tagName: 48, ivList: 64, tagList: 64 + 2 * parameter.size, size: 256 };

/** Throws where the binary lacks the functions, or they do not do what they are known to do. */
export function openssl(ffi: typeof Ffi): Gcm {
  const gcm = bound(ffi);
  if (!isRight(ffi, gcm)) throw new Error('OpenSSL encrypts in another way than expected');
  return gcm;
}

function bound(ffi: typeof Ffi): Gcm {
  const { functions: evp } = ffi.dlopen(null, functions);
  const memory = Buffer.allocUnsafeSlow(at.size).fill(0);
  const start = ffi.getRawPointer(memory);
  const pointer = (offset: number): bigint => start + BigInt(offset);
  memory.write(ivName, at.ivName, 'latin1');
  memory.write(tagName, at.tagName, 'latin1');
  for (const [list, name, data, length] of [
    [at.ivList, at.ivName, pointer(at.iv), wholeIv],
    [at.tagList, at.tagName, none, BigInt(tagLength)],
  ] as const) {
    memory.writeBigUInt64LE(pointer(name), list + parameter.name);
    memory.writeUInt32LE(octetString, list + parameter.type);
    memory.writeBigUInt64LE(data, list + parameter.data);
    memory.writeBigUInt64LE(length, list + parameter.dataLength);
  }
  const words = new Uint32Array(memory.buffer, memory.byteOffset, memory.length / 4);
  const tagWord = (at.tagList + parameter.data) / 4;
  const [ivList, tagList, length] = [pointer(at.ivList), pointer(at.tagList), pointer(at.length)];
  return {
    iv: memory.subarray(at.iv, at.iv + ivLength),
    open(key) {
      const bytes = Buffer.allocUnsafeSlow(key.length);
      bytes.set(key);
      const context = evp.EVP_CIPHER_CTX_new();
      if (evp.EVP_EncryptInit_ex(context, evp.EVP_aes_128_gcm(), none, ffi.getRawPointer(bytes), none) !== 1)
        throw new Error('OpenSSL refused a key');
      bytes.fill(0);
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
  const context = gcm.open(hex('feffe9928665731c6d6a8f9467308308'));
  const seal = (iv: string): string => {
    const memory = Buffer.allocUnsafeSlow(header.length + payload.length + tagLength);
    memory.set(header);
    memory.set(payload, header.length);
    gcm.iv.set(hex(iv));
    const start = ffi.getRawPointer(memory);
    const tag = Number(start) + header.length + payload.length;
    gcm.encrypt(context, start, header.length, start + BigInt(header.length), payload.length, tag);
    return memory.subarray(header.length).toString('hex');
  };
  const known = 'cafebabefacedbaddecaf888';
  const found = [seal(known), seal('cafebabefacedbaddecaf889'), seal(known)];
  gcm.close(context);
  return found[0] === sealed && found[1] !== sealed && found[2] === sealed;
}
