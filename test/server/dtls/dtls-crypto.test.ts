import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dtlsIdentity } from '#server/rtc/dtls/dtls.ts';
import { fastestCrypto, nodeCrypto } from '#server/rtc/dtls/dtls-crypto.ts';
import { certificate } from '../dtls-client.ts';
import { meetingAsServer, outcome } from '../dtls-meeting.ts';

const ffi = process.getBuiltinModule('node:ffi');

test('a handshake is calculated through node:ffi, where Node has it', { skip: !ffi && 'node:ffi is missing' }, () => {
  assert.notEqual(fastestCrypto(), nodeCrypto);
});

test('without node:ffi, and where OpenSSL lacks the functions, it is calculated by node:crypto', (t) => {
  t.mock.method(process, 'getBuiltinModule', () => undefined);
  assert.equal(fastestCrypto(), nodeCrypto);
  t.mock.restoreAll();
  t.mock.method(ffi ?? {}, 'dlopen', () => assert.fail('no such function'));
  assert.equal(fastestCrypto(), nodeCrypto);
});

test('by node:crypto, hands are shaken as well', async () => {
  const own = await certificate();
  const met = meetingAsServer(dtlsIdentity({ crypto: nodeCrypto }), own, own);
  met.them.connect();
  await outcome(met);
  assert.deepEqual([met.end, met.keys?.profile], [undefined, 7]);
});
