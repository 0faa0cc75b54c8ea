import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dtlsIdentity } from '#server/rtc/dtls/dtls.ts';
import { fastestCrypto, nodeCrypto } from '#server/rtc/dtls/dtls-crypto.ts';
import { changedFfi } from '../changed-ffi.ts';
import { certificate } from '../dtls-client.ts';
import { meetingAsServer, outcome } from '../dtls-meeting.ts';

const ffi = process.getBuiltinModule('node:ffi');

test('a handshake is calculated through node:ffi, where Node has it', { skip: !ffi && 'node:ffi is missing' }, () => {
  assert.notEqual(fastestCrypto(assert.fail), nodeCrypto);
});

test('without node:ffi, and where OpenSSL lacks a function or errs, it is calculated by node:crypto, and told why', (t) => {
  const reasons: string[] = [];
  const isSlower = (without: typeof ffi | undefined) => {
    t.mock.method(process, 'getBuiltinModule', () => without);
    assert.equal(
      fastestCrypto((reason) => reasons.push(reason)),
      nodeCrypto,
    );
    t.mock.restoreAll();
  };
  isSlower(undefined);
  isSlower({ ...ffi, dlopen: () => assert.fail('no such function') });
  if (ffi) isSlower(changedFfi(ffi, { ECDSA_verify: () => () => 1 }));
  const wanted = [/no node:ffi/, /no such function/, /does not come to/].slice(0, ffi ? 3 : 2);
  assert.equal(reasons.length, wanted.length);
  for (const [i, pattern] of wanted.entries()) assert.match(reasons[i] ?? '', pattern);
});

test('by node:crypto, hands are shaken as well', async () => {
  const own = await certificate();
  const met = meetingAsServer(dtlsIdentity({ crypto: nodeCrypto }), own, own);
  met.them.connect();
  await outcome(met);
  assert.deepEqual([met.end, met.keys?.profile], [undefined, 7]);
});
