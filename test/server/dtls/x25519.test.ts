import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dtlsIdentity } from '#server/rtc/dtls/dtls.ts';
import { nativeX25519, replaceX25519, weriftsX25519, type X25519 } from '#server/rtc/dtls/x25519.ts';
import { eventually } from '#test/harness/eventually.ts';
import { freshSeed, randomBytes, seeded } from '#test/media/seeded.ts';
import { certificate } from '../dtls-client.ts';
import { meeting, outcome } from '../dtls-meeting.ts';

const native = nativeX25519();
const multiply = (secret: string, point: string) =>
  Buffer.from(native.scalarMult(Buffer.from(secret, 'hex'), Buffer.from(point, 'hex'))).toString('hex');

/** tweetnacl's own functions, whatever is put into its object later. */
const { scalarMult, box } = weriftsX25519() as X25519;
const tweetnacl: X25519 = { scalarMult, box: { ...box } };

const nine = '09'.padEnd(64, '0');
/** RFC 7748 section 6.1. */
const alice = {
  secret: '77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a',
  public: '8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a',
};
const bob = {
  secret: '5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb',
  public: 'de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f',
};
const shared = '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742';

test('it calculates what RFC 7748 says', () => {
  const vectors = [
    [
      'a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4',
      'e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c',
      'c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552',
    ],
    // The highest bit of a point counts for nothing.
    [
      '4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d',
      'e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493',
      '95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957',
    ],
    [alice.secret, nine, alice.public],
    [bob.secret, nine, bob.public],
    [alice.secret, bob.public, shared],
    [bob.secret, alice.public, shared],
  ] as const;
  for (const [secret, point, product] of vectors) assert.equal(multiply(secret, point), product);
});

test('a thousand times in a row it ends where RFC 7748 says', () => {
  let [secret, point] = [nine, nine];
  for (let count = 0; count < 1000; count++) [secret, point] = [multiply(secret, point), secret];
  assert.equal(secret, '684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51');
});

test('its products are those of tweetnacl, for its own keys and for others', (t) => {
  const seed = freshSeed();
  t.diagnostic(`seed ${seed}`);
  const random = seeded(seed);
  for (let count = 0; count < 20; count++) {
    const point = randomBytes(random, 32);
    for (const secret of [randomBytes(random, 32), native.box.keyPair().secretKey, tweetnacl.box.keyPair().secretKey])
      assert.deepEqual(native.scalarMult(secret, point), tweetnacl.scalarMult(secret, point));
  }
});

test('a key pair is two halves of one key, each in memory of its own, and never the same again', () => {
  const pairs = Array.from({ length: 5 }, () => native.box.keyPair());
  for (const { publicKey, secretKey } of pairs) {
    assert.deepEqual(publicKey, native.scalarMult(secretKey, Buffer.from(nine, 'hex')));
    assert.deepEqual([publicKey.buffer.byteLength, secretKey.buffer.byteLength], [32, 32]);
  }
  assert.equal(new Set(pairs.map(({ publicKey }) => publicKey.toString())).size, 5);
});

test('keys of another length are refused, and points that give zeros with each secret', () => {
  for (const length of [0, 31, 33]) {
    assert.throws(() => native.scalarMult(Buffer.alloc(length, 1), Buffer.alloc(32, 9)), RangeError);
    assert.throws(() => native.scalarMult(Buffer.alloc(32, 1), Buffer.alloc(length, 9)), RangeError);
  }
  const one = '01'.padEnd(64, '0');
  const ofOrderEight = 'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800';
  for (const point of ['0'.repeat(64), one, ofOrderEight]) assert.throws(() => multiply(alice.secret, point), point);
});

test('it is put in place only where it is right, and where werift would look for it', () => {
  const own: X25519 = { scalarMult: (secret) => secret, box: { keyPair: tweetnacl.box.keyPair } };
  const kept = own.scalarMult;
  const wrong = (changed: Partial<X25519>) => ({ ...nativeX25519(), ...changed });
  const off = (bytes: Uint8Array) => bytes.with(0, (bytes[0] ?? 0) ^ 1);
  const { scalarMult, box } = nativeX25519();
  for (const ours of [
    wrong({ scalarMult: (secret, point) => off(scalarMult(secret, point)) }),
    wrong({ scalarMult: () => assert.fail('no such function in this OpenSSL') }),
    wrong({ box: { keyPair: () => ({ ...box.keyPair(), publicKey: new Uint8Array(32) }) } }),
    wrong({ box: { keyPair: () => ({ ...box.keyPair(), secretKey: new Uint8Array(64).subarray(32) }) } }),
  ])
    assert.equal(replaceX25519(own, ours), false);
  assert.equal(own.scalarMult, kept);
  for (const theirs of [undefined, null, 'text', {}, { scalarMult: kept }, Object.freeze({ ...own })])
    assert.equal(replaceX25519(theirs, nativeX25519()), false);
  assert.equal(replaceX25519(own, nativeX25519()), true);
  assert.notEqual(own.scalarMult, kept);
});

test('a handshake of werift goes through it: each side makes one pair of keys and multiplies once', async () => {
  const identity = await dtlsIdentity();
  const werifts = weriftsX25519() as X25519;
  assert.notEqual(werifts.scalarMult, tweetnacl.scalarMult, 'it is in place');
  const { scalarMult, box } = werifts;
  const { keyPair } = box;
  const calls = { scalarMult: 0, keyPair: 0 };
  werifts.scalarMult = (...keys) => {
    calls.scalarMult += 1;
    return scalarMult(...keys);
  };
  box.keyPair = () => {
    calls.keyPair += 1;
    return keyPair();
  };
  const own = await certificate();
  const met = meeting(identity, own, own);
  met.client.connect();
  await outcome(met);
  await eventually('the client is connected', () => met.client.dtls.connected);
  assert.deepEqual(calls, { scalarMult: 2, keyPair: 2 });
});

test('a client whose public key would make a secret that everybody knows is refused', async () => {
  const identity = await dtlsIdentity();
  const own = await certificate();
  const met = meeting(identity, own, own);
  const weak = { curve: 29, publicKey: Buffer.alloc(32), privateKey: Buffer.alloc(32, 1) };
  const { cipher } = met.client.dtls;
  Object.defineProperty(cipher, 'localKeyPair', { get: () => weak, set: () => {} });
  // What the client makes of our public key is of no use to it.
  Object.defineProperty(cipher, 'remoteKeyPair', {
    get: () => ({ curve: 29, publicKey: Buffer.alloc(32, 9) }),
    set: () => {},
  });
  met.client.connect();
  await outcome(met);
  assert.deepEqual([met.end?.[0], met.keys], ['HandshakeFailed', undefined]);
});
