import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstCertificate } from '#server/rtc/dtls/dtls-certificate.ts';
import { clientHello, serverHello, wantedCookie } from '#server/rtc/dtls/dtls-client-hello.ts';
import { ecdsaOfNode } from '#server/rtc/dtls/dtls-ecdsa.ts';
import { DtlsError } from '#server/rtc/dtls/dtls-extension.ts';
import { keyShare, serverKey } from '#server/rtc/dtls/dtls-key-exchange.ts';
import { x25519OfNode } from '#server/rtc/dtls/dtls-x25519.ts';
import { freshSeed, seeded } from '#test/harness/seeded.ts';

/** Of a type and a length below 256. */
const extension = (type: number, body: readonly number[] = []) => [0, type, 0, body.length, ...body];
const useSrtp = extension(14, [0, 2, 0, 7, 0]);
const extendedSecret = extension(23);

interface Said {
  readonly suite?: number;
  readonly version?: number;
  readonly extensions?: readonly number[];
}

const all = [...useSrtp, ...extendedSecret];
const hello = ({ suite = 0xc02b, version = 0xfefd, extensions = all }: Said = {}): Buffer =>
  Buffer.from([
    ...[version >> 8, version & 255, ...Array(32).fill(9), 0],
    ...[suite >> 8, suite & 255, 0, 0, extensions.length, ...extensions],
  ]);

test('a hello of ours has a cookie where the server wants one, and all that we can do', () => {
  const [bare, cooked] = [
    clientHello(Buffer.alloc(32), Buffer.alloc(0)),
    clientHello(Buffer.alloc(32), Buffer.from('xyz')),
  ];
  assert.equal(cooked.length, bare.length + 3);
  assert.equal(bare.subarray(34, 44).toString('hex'), '00000004c02bc02f0100');
  assert.deepEqual(wantedCookie(Buffer.from([0xfe, 0xff, 3, 120, 121, 122])), Buffer.from('xyz'));
});

test("a server's hello yields its random and the SRTP profile", () => {
  assert.deepEqual(serverHello(hello()), { random: Buffer.alloc(32, 9), profile: 7 });
});

test('what the server was not offered, or what a safe handshake lacks, is refused', () => {
  const wrong: readonly (readonly [Said, RegExp])[] = [
    [{ suite: 0xc030 }, /cipher that was not offered/],
    [{ version: 0xfeff }, /version or a cipher/],
    [{ extensions: useSrtp }, /no extended master secret/],
    [{ extensions: extendedSecret }, /no SRTP profile that we have \(AEAD_AES_128_GCM or/],
    [{ extensions: [...extension(14, [0, 2, 0, 8, 0]), ...extendedSecret] }, /no SRTP profile/],
  ];
  for (const [said, says] of wrong) assert.throws(() => serverHello(hello(said)), says);
});

test('an extension that we did not offer is refused, as is one that comes twice, and each with its alert', () => {
  const sessionTicket = extension(35);
  const wrong: readonly (readonly [readonly number[], RegExp, number])[] = [
    [[...all, ...sessionTicket], /extension 35, not offered/, 110],
    [[...all, ...extendedSecret], /extension 23 twice/, 47],
    [[...all, 0xff, 1, 0, 2, 1, 9], /another one/, 40],
  ];
  for (const [extensions, says, alert] of wrong)
    assert.throws(
      () => serverHello(hello({ extensions })),
      (error) => error instanceof DtlsError && says.test(error.message) && error.alert === alert,
    );
  assert.equal(serverHello(hello({ extensions: [...all, 0xff, 1, 0, 1, 0] })).profile, 7);
});

test('a key that gives everybody the same secret is refused, as is one of a curve that was not offered', () => {
  assert.throws(() => keyShare(29, x25519OfNode).secret(Buffer.alloc(32)), DtlsError);
  assert.throws(() => keyShare(23, x25519OfNode).secret(Buffer.alloc(65, 4)), DtlsError);
  for (const length of [31, 33, 255])
    assert.throws(() => keyShare(29, x25519OfNode).secret(Buffer.alloc(length, 9)), DtlsError, `${length}`);
  assert.throws(() => keyShare(24, x25519OfNode), /curve that was not offered/);
});

test('two shares of a group make one secret', () => {
  for (const group of [23, 29]) {
    const [one, other] = [keyShare(group, x25519OfNode), keyShare(group, x25519OfNode)];
    assert.deepEqual(one.secret(other.point), other.secret(one.point));
  }
});

test('every cut and change of what a server says is read, or refused with an error of its own', (t) => {
  const seed = freshSeed();
  t.diagnostic(`seed ${seed}`);
  const random = seeded(seed);
  const randoms = { client: Buffer.alloc(32), server: Buffer.alloc(32) };
  const point = [3, 0, 29, 32, ...Array(32).fill(1), 4, 3, 0, 8, ...Array(8).fill(1)];
  const readers = [
    [hello(), serverHello],
    [Buffer.from([0xfe, 0xfd, 3, 1, 2, 3]), wantedCookie],
    [Buffer.from([0, 0, 7, 0, 0, 4, 1, 2, 3, 4]), firstCertificate],
    [Buffer.from(point), (body: Buffer) => serverKey(ecdsaOfNode, body, randoms, Buffer.from('no certificate'))],
  ] as const;
  for (const [whole, read] of readers)
    for (let round = 0; round < 2_000; round++) {
      const bytes = Buffer.from(whole.subarray(0, round < 100 ? round : whole.length));
      if (round >= 100) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
      try {
        read(bytes);
      } catch (error) {
        assert.ok(error instanceof DtlsError, `${error}`);
      }
    }
});
