import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Asked } from '#server/access/claims.ts';
import { jwtCheck } from '#server/access/jwt.ts';
import { algorithmsOf } from '#server/access/jwt-secret.ts';
import type { Verdict } from '#server/access/verdict.ts';
import { freshSeed, seeded } from '#test/harness/seeded.ts';
import { fakeClock } from '../fake-clock.ts';
import { tokenBySecret } from './keys.ts';

const clock = fakeClock(Date.UTC(2026, 10, 22, 10));
const nowSeconds = clock.now() / 1000;
const secret = 'a secret of sixty-four bytes, as HS512 asks for: 0123456789abcdef';
const older = 'the secret that was in force before, of sixty-four bytes as well';
const asked: Asked = { role: 'subscriber', room: 'events/keynote' };
const claims = { exp: nowSeconds + 3600, subscribe: true };
const check = jwtCheck({ keyOf: 'Room', secrets: [secret], clock });

const why = (verdict: Verdict) => (verdict.isGranted ? 'Granted' : verdict.why);

for (const bits of [256, 384, 512] as const)
  test(`A-058: a token by HS${bits} is let in`, async () => {
    const verdict = await check(tokenBySecret({ ...claims, sub: 'encoder-7' }, secret, { bits }), asked);
    assert.deepEqual(verdict, { isGranted: true, isAdmin: false, subject: 'encoder-7' });
  });

test('a token that cannot be read or was not signed by the secret is wrong, and one guess', async () => {
  const good = tokenBySecret(claims, secret);
  const [header = '', body = '', signature = ''] = good.split('.');
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const wrong: Record<string, string> = {
    'another secret': tokenBySecret(claims, older),
    'other claims': `${header}.${part({ ...claims, publish: true })}.${signature}`,
    'no signature': `${header}.${body}.`,
    'half a signature': `${header}.${body}.${signature.slice(0, 20)}`,
    'algorithm none': `${part({ alg: 'none' })}.${body}.`,
    'another algorithm’s name': `${part({ alg: 'HS384' })}.${body}.${signature}`,
    'no algorithm': `${part({ typ: 'JWT' })}.${body}.${signature}`,
    'a header that must be understood': tokenBySecret(claims, secret, { header: { crit: ['x'], x: 1 } }),
    'a payload that is not encoded': tokenBySecret(claims, secret, { header: { crit: ['b64'], b64: false } }),
    'claims that are a list': tokenBySecret([claims], secret),
    'claims that are null': tokenBySecret(null, secret),
    'a plain token': 'hunter2',
    nothing: '',
    dots: '..',
    'four parts': `${good}.x`,
  };
  for (const [name, token] of Object.entries(wrong)) assert.equal(why(await check(token, asked)), 'Wrong', name);
});

test('exp is needed, and holds for 30 s longer than it says', async () => {
  const at = async (exp: unknown) => why(await check(tokenBySecret({ ...claims, exp }, secret), asked));
  assert.equal(await at(undefined), 'Unusable');
  assert.equal(await at(String(nowSeconds + 3600)), 'Unusable');
  assert.equal(await at(nowSeconds - 29), 'Granted');
  assert.equal(await at(nowSeconds - 30), 'Expired');
  assert.equal(await at(nowSeconds - 86_400), 'Expired');
});

test('a token that is not valid yet is of no use, but for 30 s of difference', async () => {
  const at = async (nbf: number) => why(await check(tokenBySecret({ ...claims, nbf }, secret), asked));
  assert.deepEqual([await at(nowSeconds + 30), await at(nowSeconds + 31)], ['Granted', 'Unusable']);
});

test('where an audience or an issuer is asked for, a token without it, or with another, is of no use', async () => {
  const picky = jwtCheck({ keyOf: 'Everybody', audience: 'live', issuer: 'https://id', secrets: [secret], clock });
  const room = { room: 'events/keynote' };
  const at = async (more: object) => why(await picky(tokenBySecret({ ...claims, ...room, ...more }, secret), asked));
  assert.equal(await at({ aud: 'live', iss: 'https://id' }), 'Granted');
  assert.equal(await at({ aud: ['other', 'live'], iss: 'https://id' }), 'Granted');
  assert.equal(await at({ aud: 'other', iss: 'https://id' }), 'Unusable');
  assert.equal(await at({ iss: 'https://id' }), 'Unusable');
  assert.equal(await at({ aud: 'live', iss: 'https://elsewhere' }), 'Unusable');
  assert.equal(await at({ aud: 'live' }), 'Unusable');
});

test('what is refused is refused with a sentence that says which claim it is for, and none of the token', async () => {
  const detail = async (more: object) => {
    const verdict = await check(tokenBySecret({ ...claims, ...more }, secret), asked);
    return verdict.isGranted ? assert.fail() : verdict.detail;
  };
  assert.match(await detail({ exp: undefined }), /no claim exp/);
  assert.match(await detail({ exp: 'x' }), /claim exp/);
  assert.match(await detail({ exp: 1 }), /expired/);
  assert.match(await detail({ nbf: nowSeconds + 100 }), /nbf/);
  assert.match(await detail({ subscribe: false }), /claim subscribe/);
});

test('a room’s own token may name it barely; one that many rooms share must name it in full', async () => {
  const shared = jwtCheck({ keyOf: 'Everybody', audience: 'live', secrets: [secret], clock });
  const token = (room: string) => tokenBySecret({ ...claims, aud: 'live', room }, secret);
  assert.equal(why(await check(token('keynote'), asked)), 'Granted');
  assert.equal(why(await shared(token('keynote'), asked)), 'Forbidden');
  assert.equal(why(await shared(token('events/keynote'), asked)), 'Granted');
});

test('while one secret takes another’s place, both are in force', async () => {
  const both = jwtCheck({ keyOf: 'Room', secrets: [secret, older], clock });
  for (const by of [secret, older]) assert.equal(why(await both(tokenBySecret(claims, by), asked)), 'Granted');
  assert.equal(why(await both(tokenBySecret(claims, `${older}!`), asked)), 'Wrong');
  assert.equal(why(await both(tokenBySecret({ ...claims, exp: 1 }, secret), asked)), 'Expired');
});

test('a secret is as long as its algorithm’s hash: a shorter one checks less, or nothing', async () => {
  assert.deepEqual(algorithmsOf('x'.repeat(32)), ['HS256']);
  assert.deepEqual(algorithmsOf('x'.repeat(48)), ['HS256', 'HS384']);
  assert.deepEqual(algorithmsOf('é'.repeat(32)), ['HS256', 'HS384', 'HS512'], 'bytes count, not letters');
  const short = { name: 'RangeError', message: /at least 32 bytes, not 31/ };
  assert.throws(() => algorithmsOf('x'.repeat(31)), short);
  assert.throws(() => jwtCheck({ keyOf: 'Room', secrets: ['x'.repeat(31)], clock }), short);
  const weak = jwtCheck({ keyOf: 'Room', secrets: ['x'.repeat(32)], clock });
  const verdict = await weak(tokenBySecret(claims, 'x'.repeat(32), { bits: 512 }), asked);
  assert.ok(!verdict.isGranted);
  assert.match(verdict.detail, /needs a longer secret/);
});

test('without any secret nobody gets in, and is told that it is no fault of theirs', async () => {
  const verdict = await jwtCheck({ keyOf: 'Room', secrets: [], clock })(tokenBySecret(claims, secret), asked);
  assert.ok(!verdict.isGranted);
  assert.deepEqual([verdict.why, verdict.retryAfterMs], ['KeysUnavailable', 5000]);
});

/** Swaps, cuts, doubles or replaces characters. */
function mutated(random: () => number, text: string): string {
  const at = Math.floor(random() * text.length);
  const letters = '.-_=+/ AZaz09{"\u0000é';
  const letter = letters[Math.floor(random() * letters.length)] ?? '';
  switch (Math.floor(random() * 4)) {
    case 0:
      return text.slice(0, at) + letter + text.slice(at + 1);
    case 1:
      return text.slice(0, at) + text.slice(at + 1);
    case 2:
      return text.slice(0, at) + text.slice(0, at) + text.slice(at);
    default:
      return text.slice(0, at) + letter + text.slice(at);
  }
}

/** The last letter of a signature has bits that mean nothing. */
function isSame(token: string, good: string): boolean {
  const at = good.lastIndexOf('.');
  const signature = (text: string) => Buffer.from(text.slice(at + 1), 'base64url').toString('hex');
  return token.slice(0, at + 1) === good.slice(0, at + 1) && signature(token) === signature(good);
}

test('no garbled token is let in, and none does more than be refused', async (t) => {
  const seed = freshSeed();
  t.diagnostic(`SEED=${seed}`);
  const random = seeded(seed);
  const good = tokenBySecret(claims, secret);
  for (let i = 0; i < 2000; i++) {
    let token = good;
    for (let more = 0; more <= random() * 3; more++) token = mutated(random, token);
    const verdict = why(await check(token, asked));
    if (isSame(token, good)) continue;
    assert.equal(verdict, 'Wrong', token);
  }
});

test('claims of any kind are judged without an exception', async (t) => {
  const seed = freshSeed();
  t.diagnostic(`SEED=${seed}`);
  const random = seeded(seed);
  const values = [undefined, null, true, 1, 0, -1, 1e300, '', 'keynote', [], ['x', 1], {}, { a: 1 }, nowSeconds + 60];
  const value = () => values[Math.floor(random() * values.length)];
  for (let i = 0; i < 2000; i++) {
    const names = ['exp', 'nbf', 'iat', 'aud', 'iss', 'sub', 'room', 'publish', 'subscribe', 'admin', 'role'];
    const some = Object.fromEntries(names.map((name) => [name, value()]));
    const verdict = await check(tokenBySecret(some, secret), asked);
    assert.ok(['Granted', 'Expired', 'Unusable', 'Forbidden'].includes(why(verdict)), why(verdict));
  }
});
