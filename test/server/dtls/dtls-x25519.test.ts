import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dtlsIdentity } from '#server/rtc/dtls/dtls.ts';
import { nodeCrypto } from '#server/rtc/dtls/dtls-crypto.ts';
import { type KeyShare, x25519OfNode, x25519OfOpenssl } from '#server/rtc/dtls/dtls-x25519.ts';
import { eventually } from '#test/harness/eventually.ts';
import { certificate } from '../dtls-client.ts';
import { meetingAsServer, outcome } from '../dtls-meeting.ts';

const ffi = process.getBuiltinModule('node:ffi');
const skip = !ffi && 'node:ffi is missing';
const ways: Readonly<Record<string, () => KeyShare>> = {
  'by node:crypto': x25519OfNode,
  ...(ffi && { 'by OpenSSL': x25519OfOpenssl(ffi) }),
};

for (const [how, x25519] of Object.entries(ways))
  test(`both sides come to one secret, ${how}, and no key is made twice`, () => {
    const [ours, theirs, another] = [x25519(), x25519OfNode(), x25519()];
    assert.deepEqual(ours.secret(theirs.point), theirs.secret(ours.point));
    assert.notDeepEqual(another.point, ours.point);
    another.forget();
  });

/** Points of small order (RFC 7748 section 6.1): 0, 1, and one of order 8. */
const zeroing = [
  '00'.repeat(32),
  `01${'00'.repeat(31)}`,
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
];

for (const [how, x25519] of Object.entries(ways))
  test(`what is no point, and one that makes every secret zero, is refused ${how}`, () => {
    for (const point of zeroing) assert.throws(() => x25519().secret(Buffer.from(point, 'hex')));
    for (const length of [0, 31, 33, 255]) {
      const share = x25519();
      assert.throws(() => share.secret(Buffer.alloc(length, 9)), RangeError);
      share.forget();
    }
  });

/** OpenSSL's, with the keys counted that it has made and not freed. */
function counted() {
  let left = 0;
  const x25519 = x25519OfOpenssl({
    ...ffi,
    dlopen: (path: null, wanted: Parameters<typeof ffi.dlopen>[1]) => {
      const { functions: all } = ffi.dlopen(path, wanted) as {
        functions: Record<string, (...args: bigint[]) => unknown>;
      };
      const count = (name: string, by: (args: readonly bigint[]) => number) => {
        const call = all[name] ?? assert.fail(name);
        return (...args: bigint[]) => {
          left += by(args);
          return call(...args);
        };
      };
      return {
        functions: {
          ...all,
          EVP_PKEY_generate: count('EVP_PKEY_generate', () => 1),
          EVP_PKEY_new_raw_public_key: count('EVP_PKEY_new_raw_public_key', () => 1),
          EVP_PKEY_free: count('EVP_PKEY_free', ([key]) => (key === 0n ? 0 : -1)),
        },
      };
    },
  } as unknown as typeof ffi);
  return { x25519, left: () => left };
}

test('a key is freed when the secret is known, and when it is not wanted any more, and once', { skip }, () => {
  const { x25519, left } = counted();
  const [used, unused, wrong] = [x25519(), x25519(), x25519()];
  assert.equal(left(), 3);
  used.secret(x25519OfNode().point);
  used.forget();
  assert.throws(() => used.secret(x25519OfNode().point), RangeError);
  assert.throws(() => wrong.secret(Buffer.alloc(32)), RangeError);
  assert.equal(left(), 1);
  unused.forget();
  unused.forget();
  assert.equal(left(), 0);
});

test('handshakes that succeed, are refused, or are closed on their way leave no key', { skip }, async () => {
  const { x25519, left } = counted();
  const identity = dtlsIdentity({ crypto: { ...nodeCrypto, x25519 } });
  const [own, other] = [await certificate(), await certificate()];
  for (const wanted of [own, other]) {
    const met = meetingAsServer(identity, own, wanted);
    met.them.connect();
    await outcome(met);
  }
  let answers = 0;
  const isLost = () => {
    answers += 1;
    return [];
  };
  const closed = meetingAsServer(identity, own, own, { towardsThem: isLost });
  closed.them.connect();
  await eventually('it waits for an answer to what is lost', () => answers > 0);
  assert.equal(left(), 1);
  closed.us.close();
  assert.equal(left(), 0);
});

test('no error and no secret is left in OpenSSL for whoever calls it next', { skip }, (t) => {
  const { functions: openssl } = ffi.dlopen(null, { ERR_peek_error: { return: 'uint64', arguments: [] } });
  const allocated = t.mock.method(Buffer, 'allocUnsafeSlow');
  const x25519 = x25519OfOpenssl(ffi);
  const memory = allocated.mock.calls[0]?.result ?? assert.fail('it has no memory of its own');
  const share = x25519();
  assert.ok(memory.includes(share.point), 'that is the memory');
  share.secret(x25519OfNode().point);
  assert.ok(memory.every((byte) => byte === 0));
  assert.throws(() => x25519().secret(Buffer.alloc(32)), RangeError);
  assert.equal(openssl.ERR_peek_error(), 0n);
});
