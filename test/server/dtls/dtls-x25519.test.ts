import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type KeyShare, x25519OfNode, x25519OfOpenssl } from '#server/rtc/dtls/dtls-x25519.ts';
import { changedFfi, countedKeys } from '../changed-ffi.ts';

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

function counted() {
  const { ffi: counting, left } = countedKeys(ffi);
  return { x25519: x25519OfOpenssl(counting), left };
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

test('a point of another length, and a key that OpenSSL does not show, leave no key either', { skip }, () => {
  const { x25519, left } = counted();
  for (const length of [0, 31, 33, 255]) assert.throws(() => x25519().secret(Buffer.alloc(length, 9)), RangeError);
  assert.equal(left(), 0);
  const unshown = countedKeys(changedFfi(ffi, { EVP_PKEY_get_raw_public_key: () => () => 0 }));
  assert.throws(x25519OfOpenssl(unshown.ffi), /shows no key/);
  assert.deepEqual([unshown.made(), unshown.left()], [1, 0]);
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
