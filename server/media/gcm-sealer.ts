/**
 * AES-GCM by the OpenSSL inside the Node binary, called directly. `node:crypto` makes a cipher object and three buffers
 * for each packet, which takes four times as long as the encryption itself, and leaves as much again to the garbage
 * collector. Here all packets go through one context and one block of memory:
 *
 *   0      16     28    48    64        192 - header              192                           + payload
 *   | key  | IV   |     | tag | ...     | header, right-aligned   | payload, encrypted in place | tag |
 *
 * `node:ffi` is experimental, so it may be missing, or change: then, and where OpenSSL is not to be found in the binary,
 * there is no sealer, and `node:crypto` does the work.
 */
import type * as Ffi from 'node:ffi';

export interface GcmSealer {
  /** Header, ciphertext and tag in one. Good until the next call. Header and payload must fit, see `fits`. */
  seal(key: Buffer, iv: Buffer, header: Buffer, payload: Buffer): Buffer;
  fits(header: Buffer, payload: Buffer): boolean;
  /** Somebody still reads what the last call returned: leave those bytes alone from now on. */
  renew(): void;
}

const at = { key: 0, iv: 16, written: 32, tag: 48, payload: 192 } as const;
const tagLength = 16;
const maxHeader = at.payload - (at.tag + tagLength);
const maxPayload = 2048;

/** EVP_CTRL_AEAD_GET_TAG of `openssl/evp.h`. */
const getTag = 0x10;

const functions = {
  EVP_CIPHER_CTX_new: { return: 'pointer', arguments: [] },
  EVP_aes_128_gcm: { return: 'pointer', arguments: [] },
  EVP_EncryptInit_ex: { return: 'int32', arguments: ['pointer', 'pointer', 'pointer', 'pointer', 'pointer'] },
  EVP_EncryptUpdate: { return: 'int32', arguments: ['pointer', 'pointer', 'pointer', 'pointer', 'int32'] },
  EVP_EncryptFinal_ex: { return: 'int32', arguments: ['pointer', 'pointer', 'pointer'] },
  EVP_CIPHER_CTX_ctrl: { return: 'int32', arguments: ['pointer', 'int32', 'int32', 'pointer'] },
} as const;

/** The sealer, or undefined where it does not work; whether it does is seen by a packet whose seal is known. */
export function gcmSealer(): GcmSealer | undefined {
  try {
    const ffi = process.getBuiltinModule('node:ffi');
    const sealer = ffi && open(ffi);
    return sealer && isRight(sealer) ? sealer : undefined;
  } catch {
    return undefined;
  }
}

function open(ffi: typeof Ffi): GcmSealer {
  const { functions: evp } = ffi.dlopen(null, functions);
  const context = evp.EVP_CIPHER_CTX_new();
  const none = 0n;
  // The context lives as long as the thread: it is one, and takes a key per packet for 0.1 µs.
  if (evp.EVP_EncryptInit_ex(context, evp.EVP_aes_128_gcm(), none, none, none) !== 1) throw new Error('no AES-GCM');
  let memory = block(ffi);
  return {
    seal(key, iv, header, payload) {
      const { bytes, pointers, headers } = memory;
      const end = at.payload + payload.length;
      bytes.set(key, at.key);
      bytes.set(iv, at.iv);
      bytes.set(header, at.payload - header.length);
      bytes.set(payload, at.payload);
      const isSealed =
        evp.EVP_EncryptInit_ex(context, none, none, pointers.key, pointers.iv) === 1 &&
        evp.EVP_EncryptUpdate(context, none, pointers.written, headers[header.length] ?? none, header.length) === 1 &&
        evp.EVP_EncryptUpdate(context, pointers.payload, pointers.written, pointers.payload, payload.length) === 1 &&
        evp.EVP_EncryptFinal_ex(context, pointers.tag, pointers.written) === 1 &&
        evp.EVP_CIPHER_CTX_ctrl(context, getTag, tagLength, pointers.tag) === 1;
      if (!isSealed) throw new Error('OpenSSL refused to encrypt');
      bytes.copyWithin(end, at.tag, at.tag + tagLength);
      return bytes.subarray(at.payload - header.length, end + tagLength);
    },
    fits: (header, payload) => header.length <= maxHeader && payload.length <= maxPayload,
    renew() {
      memory = block(ffi);
    },
  };
}

/** Memory that V8 does not move: its own allocation, which small arrays do not get. */
function block(ffi: typeof Ffi) {
  const bytes = Buffer.allocUnsafeSlow(at.payload + maxPayload + tagLength);
  const start = ffi.getRawPointer(bytes);
  const pointer = (offset: number): bigint => start + BigInt(offset);
  return {
    bytes,
    pointers: {
      key: pointer(at.key),
      iv: pointer(at.iv),
      written: pointer(at.written),
      tag: pointer(at.tag),
      payload: pointer(at.payload),
    },
    /** Where a header of each length begins. */
    headers: Array.from({ length: maxHeader + 1 }, (_, length) => pointer(at.payload - length)),
  };
}

/** Test case 4 of the GCM specification (McGrew and Viega), which is also NIST's. */
function isRight(sealer: GcmSealer): boolean {
  const hex = (text: string): Buffer => Buffer.from(text, 'hex');
  const payload = hex(
    'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
  );
  const sealed =
    '42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091' +
    '5bc94fbc3221a5db94fae95ae7121a47';
  const header = hex('feedfacedeadbeeffeedfacedeadbeefabaddad2');
  const found = sealer.seal(hex('feffe9928665731c6d6a8f9467308308'), hex('cafebabefacedbaddecaf888'), header, payload);
  return found.toString('hex') === header.toString('hex') + sealed;
}
