/**
 * The certificate of this process. Its fingerprint in the SDP says all that there is to know of it, so that it holds as
 * little as X.509 allows (RFC 5280 section 4.1):
 *
 *   version 3 │ serial number │ ECDSA with SHA-256 │ CN=LiveRoom │ not before, not after │ CN=LiveRoom │ key │ signature
 */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

export interface SelfSigned {
  /** DER. */
  readonly certificate: Buffer;
  /** An ECDSA key over P-256, as all WebRTC clients have (RFC 8827 section 6.5). */
  readonly key: KeyObject;
}

const tag = { integer: 2, bits: 3, object: 6, utf8: 12, sequence: 0x30, set: 0x31, time: 23, version: 0xa0 } as const;

/** A value of DER: its tag, its length, what it holds. */
function der(type: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const { length } = body;
  // Ours are shorter than 64 KiB, and DER wants the shortest form.
  const long = length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([type, ...(length < 128 ? [length] : long)]), body]);
}

const ecdsaWithSha256 = der(tag.sequence, der(tag.object, Buffer.from('2a8648ce3d040302', 'hex')));
const commonName = der(tag.object, Buffer.from('550403', 'hex'));
const name = der(tag.sequence, der(tag.set, der(tag.sequence, commonName, der(tag.utf8, Buffer.from('LiveRoom')))));

/** From a day before `nowMs`, for clients whose clock is behind, for ten years: longer than a process runs. */
export function selfSigned(nowMs: number): SelfSigned {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const dayMs = 86_400_000;
  const time = (ms: number) => {
    const digits = new Date(ms).toISOString().replaceAll(/\D/g, '').slice(2, 14);
    return der(tag.time, Buffer.from(`${digits}Z`));
  };
  // Neither negative nor with a zero before it.
  const serial = randomBytes(8);
  serial.writeUInt8((serial.readUInt8(0) & 0x3f) | 0x40, 0);
  const signed = der(
    tag.sequence,
    der(tag.version, der(tag.integer, Buffer.from([2]))),
    der(tag.integer, serial),
    ecdsaWithSha256,
    name,
    der(tag.sequence, time(nowMs - dayMs), time(nowMs + 3650 * dayMs)),
    name,
    publicKey.export({ format: 'der', type: 'spki' }),
  );
  const noUnusedBits = Buffer.from([0]);
  const signature = der(tag.bits, noUnusedBits, sign('sha256', signed, privateKey));
  return { certificate: der(tag.sequence, signed, ecdsaWithSha256, signature), key: privateKey };
}
