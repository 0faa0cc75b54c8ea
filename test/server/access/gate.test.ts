import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { auditLog } from '#server/access/audit.ts';
import { type Access, gate } from '#server/access/gate.ts';
import { lockOut, lockOutLimits } from '#server/access/lock-out.ts';
import { bearerToken, tokenCheck } from '#server/access/tokens.ts';
import { challenge, denied } from '#server/access/verdict.ts';
import { fakeClock } from '../fake-clock.ts';

const hash = (token: string) => createHash('sha256').update(token).digest();
const access = tokenCheck([hash('right'), hash('older')]);
const { failures, lockMs } = lockOutLimits;

function scene() {
  const clock = fakeClock(Date.UTC(2026, 10, 22, 10));
  const lines: string[] = [];
  const enter = gate({ lockOut: lockOut(clock), audit: auditLog({ write: (line) => lines.push(line), clock }) });
  const ask = async (token: string | undefined, { address = '192.0.2.1', by = access as Access } = {}) => {
    const authorization = token === undefined ? undefined : `Bearer ${token}`;
    const verdict = await enter({ role: 'subscriber', room: 'events/keynote', address, authorization }, by);
    return verdict.isGranted ? 'Granted' : verdict.why;
  };
  return { clock, ask, enter, lines };
}

test('the right token comes in, and so does the one that it replaces', async () => {
  const { ask, lines } = scene();
  assert.deepEqual([await ask('right'), await ask('older'), await ask('wrong')], ['Granted', 'Granted', 'Wrong']);
  assert.equal(lines.length, 1, 'who is let in is told of with its session');
});

test('a challenge names the room and the side, says what is wrong with a token, and nothing where a token would not help (C-25)', () => {
  const asked = { room: 'a/stage', role: 'subscriber' } as const;
  const realm = 'Bearer realm="a/stage play"';
  assert.equal(challenge('Missing', asked), realm);
  assert.equal(challenge('Wrong', asked), `${realm}, error="invalid_token"`);
  assert.equal(challenge('Expired', asked), `${realm}, error="invalid_token"`);
  assert.equal(challenge('Forbidden', asked), `${realm}, error="insufficient_scope"`);
  assert.equal(challenge('Missing', { ...asked, role: 'publisher' }), 'Bearer realm="a/stage publish"');
  assert.deepEqual([challenge('KeysUnavailable', asked), challenge('LockedOut', asked)], [undefined, undefined]);
});

test('an open door asks for nothing, and nothing is told of it', async () => {
  const { ask, lines } = scene();
  assert.deepEqual([await ask(undefined, { by: 'open' }), await ask('any', { by: 'open' })], ['Granted', 'Granted']);
  assert.equal(lines.length, 0);
});

test('a missing token is no guess, however often it is missing', async () => {
  const { ask } = scene();
  for (let i = 0; i < 100; i++) assert.equal(await ask(undefined), 'Missing');
  assert.equal(await ask('right'), 'Granted');
});

test('who guesses is locked out, whatever comes next, and told for how long', async () => {
  const { clock, ask, enter, lines } = scene();
  for (let i = 0; i < failures; i++) assert.equal(await ask(`guess-${i}`), 'Wrong');
  assert.equal(await ask('right'), 'LockedOut');
  const asked = { role: 'publisher', room: 'events/keynote', address: '192.0.2.1', authorization: 'Bearer x' } as const;
  const verdict = await enter(asked, access);
  assert.ok(!verdict.isGranted);
  assert.equal(verdict.retryAfterMs, lockMs);
  assert.match(verdict.detail, /For 60 s this room looks at no token from there, not even at the right one/);
  assert.equal(JSON.parse(lines[failures - 1] ?? '').forMs, lockMs);
  assert.equal(await ask('right', { address: '192.0.2.2' }), 'Granted');
  clock.advance(lockMs);
  assert.equal(await ask('right'), 'Granted');
});

test('whoever was in before comes in again, though somebody at the same address guesses', async () => {
  const { ask } = scene();
  assert.equal(await ask('right'), 'Granted');
  for (let i = 0; i < failures; i++) await ask(`guess-${i}`);
  assert.deepEqual([await ask('right'), await ask('older')], ['Granted', 'LockedOut']);
});

test('a token that has expired, or keys that are away, lock nobody out', async () => {
  const { ask } = scene();
  for (const why of ['Expired', 'Unusable', 'UnknownKey', 'Forbidden', 'KeysUnavailable'] as const)
    for (let i = 0; i < failures; i++) assert.equal(await ask('x', { by: async () => denied(why, '') }), why);
  assert.equal(await ask('right'), 'Granted');
});

test('an office with one mistyped link is told so, and not locked out', async () => {
  const { ask } = scene();
  for (let i = 0; i < 300; i++) assert.equal(await ask('mistyped'), 'Wrong');
  assert.equal(await ask('right'), 'Granted');
});

test('no token stands in an audit line, and none in an answer', async () => {
  const { enter, lines } = scene();
  const asked = { role: 'publisher', room: 'events/keynote', address: '192.0.2.1' } as const;
  const verdict = await enter({ ...asked, authorization: 'Bearer hunter2' }, access);
  assert.doesNotMatch(JSON.stringify([verdict, lines]), /hunter2/);
});

test('the scheme may be in any case; what is no bearer token is none (C-42)', () => {
  assert.equal(bearerToken('bearer abc'), 'abc');
  assert.equal(bearerToken('BEARER   a.b-c_d~e+f/g=  '), 'a.b-c_d~e+f/g=');
  for (const none of [undefined, '', 'Bearer', 'Bearer ', 'Basic abc', 'Bearer a b', 'Bearer é', 'x Bearer abc'])
    assert.equal(bearerToken(none), undefined);
});

test('without any token that is known, no token is right', async () => {
  const { ask } = scene();
  assert.equal(await ask('right', { by: tokenCheck([]) }), 'Wrong');
});
