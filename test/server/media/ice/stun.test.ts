import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import { signingKey } from '#server/media/ice/hmac-sha1.ts';
import { bindingRequest, isAuthentic } from '#server/media/ice/stun.ts';
import { bindingSuccess, roleConflict, unknownAttribute } from '#server/media/ice/stun-answer.ts';
import { stunAttribute, stunAttributes, stunCheck } from '../stun-client.ts';

/** RFC 5769 section 2.1, whose padding is of spaces, and whose sender is in the controlled role. */
const sampleRequest = Buffer.from(
  `000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74002400046e0001ff80290008
   932ff9b151263b36000600096576746a3a68367659202020000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf`.replaceAll(
    /\s/g,
    '',
  ),
  'hex',
);
const samplePassword = signingKey('VOkJxbRl1RmTxUk/WvJxBt');

const key = signingKey('secret');
const good = { username: 'ours:theirs', password: 'secret' };

function parsed(datagram: Buffer) {
  const request = bindingRequest(datagram);
  assert.ok(typeof request === 'object', `refused: ${request}`);
  return request;
}

test('the sample request of RFC 5769 is read and is authentic', () => {
  const request = parsed(sampleRequest);
  assert.equal(request.localUfrag, 'evtj');
  assert.equal(request.remoteUfrag, 'h6vY');
  assert.equal(request.isControlled, true);
  assert.equal(isAuthentic(sampleRequest, request, samplePassword), true);
  assert.equal(isAuthentic(sampleRequest, request, key), false);
});

test('the mapped addresses of RFC 5769 come out, IPv4 and IPv6', () => {
  const v4 = bindingSuccess(sampleRequest, { address: '192.0.2.1', port: 32853 }, samplePassword);
  assert.equal(stunAttributes(v4).get(0x0020)?.toString('hex'), '0001a147e112a643');
  const v6 = bindingSuccess(sampleRequest, { address: '2001:db8:1234:5678:11:2233:4455:6677', port: 32853 }, key);
  assert.equal(stunAttributes(v6).get(0x0020)?.toString('hex'), '0002a1470113a9faa5d3f179bc25f4b5bed2b9d9');
});

test('an IPv4 client behind a dual-stack socket learns its IPv4 address', () => {
  const mapped = bindingSuccess(sampleRequest, { address: '::ffff:192.0.2.1', port: 32853 }, key);
  assert.equal(stunAttributes(mapped).get(0x0020)?.toString('hex'), '0001a147e112a643');
});

test('an answer is signed, has a fingerprint and the transaction of its request', () => {
  const request = stunCheck(good);
  const answer = bindingSuccess(request, { address: '127.0.0.1', port: 5000 }, key);
  assert.equal(answer.readUInt16BE(0), 0x0101);
  assert.equal(answer.readUInt16BE(2), answer.length - 20);
  assert.deepEqual(answer.subarray(4, 20), request.subarray(4, 20));
  const withoutFingerprint = Buffer.from(answer.subarray(0, -8));
  withoutFingerprint.writeUInt16BE(answer.length - 20 - 8, 2);
  const hmac = createHmac('sha1', 'secret').update(withoutFingerprint.subarray(0, -24)).digest();
  assert.deepEqual(stunAttributes(answer).get(0x0008), hmac);
  assert.equal(stunAttributes(answer).get(0x8028)?.readUInt32BE(), (crc32(answer.subarray(0, -8)) ^ 0x5354554e) >>> 0);
});

test('passwords of any length sign', () => {
  for (const length of [1, 22, 63, 64, 65, 256]) {
    const password = 'ü'.padEnd(length, 'x');
    const check = stunCheck({ ...good, password });
    assert.equal(isAuthentic(check, parsed(check), signingKey(password)), true, `${length} letters`);
    assert.equal(isAuthentic(check, parsed(check), signingKey(`${password}x`)), false);
  }
});

test('a check with and without nomination', () => {
  assert.equal(parsed(stunCheck(good)).useCandidate, false);
  assert.equal(parsed(stunCheck({ ...good, useCandidate: true })).useCandidate, true);
});

test('a check without a fingerprint is accepted, one with a wrong fingerprint is not', () => {
  const bare = stunCheck({ ...good, withFingerprint: false });
  assert.equal(isAuthentic(bare, parsed(bare), key), true);
  const wrong = stunCheck(good);
  wrong.writeUInt8(wrong.readUInt8(wrong.length - 1) ^ 1, wrong.length - 1);
  assert.equal(bindingRequest(wrong), 'Malformed');
});

test('what stands behind MESSAGE-INTEGRITY counts for nothing', () => {
  const bare = stunCheck({ ...good, withFingerprint: false });
  const extended = Buffer.concat([bare, stunAttribute(0x0025, Buffer.alloc(0))]);
  extended.writeUInt16BE(extended.length - 20, 2);
  const request = parsed(extended);
  assert.equal(request.useCandidate, false);
  assert.equal(isAuthentic(extended, request, key), true);
});

test('a changed byte anywhere before MESSAGE-INTEGRITY makes a check a forgery or malformed', () => {
  const original = stunCheck({ ...good, withFingerprint: false });
  for (let at = 0; at < original.length - 24; at++) {
    const changed = Buffer.from(original);
    changed.writeUInt8(changed.readUInt8(at) ^ 0x40, at);
    const request = bindingRequest(changed);
    assert.ok(typeof request === 'string' || !isAuthentic(changed, request, key), `byte ${at}`);
  }
});

test('every truncation is malformed', () => {
  const whole = stunCheck(good);
  for (let length = 0; length < whole.length; length++)
    assert.equal(bindingRequest(whole.subarray(0, length)), 'Malformed', `${length} bytes`);
});

test('an attribute that claims to be longer than the message is malformed', () => {
  const whole = stunCheck(good);
  whole.writeUInt16BE(0xfff0, 22);
  assert.equal(bindingRequest(whole), 'Malformed');
});

test('a check without user name or signature is malformed, a response is no request', () => {
  assert.equal(bindingRequest(stunCheck({ ...good, username: 'no-colon' })), 'Malformed');
  assert.equal(bindingRequest(stunCheck({ ...good, username: ':theirs' })), 'Malformed');
  const response = bindingSuccess(stunCheck(good), { address: '127.0.0.1', port: 1 }, key);
  assert.equal(bindingRequest(response), 'NotRequest');
  const unsigned = Buffer.concat([stunCheck(good).subarray(0, 20), stunAttribute(0x0006, Buffer.from('ours:theirs'))]);
  unsigned.writeUInt16BE(unsigned.length - 20, 2);
  assert.equal(bindingRequest(unsigned), 'Malformed');
});

test('attributes that must be understood and are not are told apart from those that need not', () => {
  const extra = [stunAttribute(0x7777, Buffer.from('x')), stunAttribute(0xc057, Buffer.alloc(4))];
  assert.deepEqual(parsed(stunCheck({ ...good, extra })).unknown, [0x7777]);
});

test('errors carry their code: 487 for a role conflict, 420 with the list for unknown attributes', () => {
  const conflict = stunAttributes(roleConflict(stunCheck(good), key));
  assert.deepEqual(conflict.get(0x0009)?.subarray(0, 4), Buffer.from([0, 0, 4, 87]));
  const unknown = stunAttributes(unknownAttribute(stunCheck(good), [0x7777, 0x0042], key));
  assert.deepEqual(unknown.get(0x0009)?.subarray(0, 4), Buffer.from([0, 0, 4, 20]));
  assert.deepEqual(unknown.get(0x000a), Buffer.from([0x77, 0x77, 0x00, 0x42]));
});
