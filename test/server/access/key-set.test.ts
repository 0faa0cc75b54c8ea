import assert from 'node:assert/strict';
import { after, afterEach, beforeEach, describe, test } from 'node:test';
import type { Asked } from '#server/access/claims.ts';
import { jwksAt } from '#server/access/jwks.ts';
import { jwtCheck, keySet } from '#server/access/jwt.ts';
import { keepTimes, keptKeys } from '#server/access/kept-keys.ts';
import type { Verdict } from '#server/access/verdict.ts';
import { eventually } from '#test/harness/eventually.ts';
import { fakeClock } from '../fake-clock.ts';
import { keySetOf, type Provider, provider, type SigningKey, signingKey, tokenBySecret } from './keys.ts';

const { freshMs, staleMs, coolDownMs, timeoutMs, retryMs } = keepTimes;
const rsa = signingKey('RS256', 'rsa-1');
const ec = signingKey('ES256', 'ec-1');
const next = signingKey('ES256', 'ec-2');
const weak = signingKey('RS256', 'weak', 1024);
const asked: Asked = { role: 'publisher', room: 'events/keynote' };

const why = (verdict: Verdict) => (verdict.isGranted ? 'Granted' : verdict.why);

describe('tokens by the keys of a provider', () => {
  let clock: ReturnType<typeof fakeClock>;
  let keys: Provider;
  let problems: string[];
  let check: ReturnType<typeof jwtCheck>;
  const running: Provider[] = [];

  beforeEach(async () => {
    clock = fakeClock(Date.UTC(2026, 10, 22, 10));
    problems = [];
    keys = await provider([rsa, ec]);
    running.push(keys);
    check = checkOf(keys);
  });
  afterEach(() => assert.equal(clock.pending(), 0, 'no timer is left'));
  after(() => Promise.all(running.map(({ stop }) => stop())));

  const checkOf = ({ url }: Provider) => {
    const read = jwksAt(url);
    const kept = keptKeys({
      read: async (signal) => keySet(await read(signal)),
      clock,
      onProblem: (error) => problems.push(String(error)),
    });
    return jwtCheck({ keyOf: 'Everybody', audience: 'live', keySet: kept, clock });
  };
  const claims = () => ({ exp: clock.now() / 1000 + 60, aud: 'live', room: asked.room, publish: true });
  const by = async (key: SigningKey, header?: object) => why(await check(key.token(claims(), header), asked));

  test('RS256 and ES256 are let in, and the keys are read once', async () => {
    assert.deepEqual([await by(rsa), await by(ec), await by(rsa)], ['Granted', 'Granted', 'Granted']);
    assert.equal(keys.asked(), 1);
  });

  test('those who come at once wait for one reading', async () => {
    assert.deepEqual(new Set(await Promise.all(Array.from({ length: 20 }, () => by(ec)))), new Set(['Granted']));
    assert.equal(keys.asked(), 1);
  });

  test('no algorithm but these two is looked at: not a public key as a secret, and not none', async () => {
    const text = JSON.stringify(rsa.jwk);
    const other = [
      tokenBySecret(claims(), text, { header: { kid: rsa.kid } }),
      rsa.token(claims(), { kid: rsa.kid, alg: 'RS512' }),
      rsa.token(claims(), { kid: rsa.kid, alg: 'none' }),
      rsa.token(claims(), { kid: ec.kid, alg: 'HS256' }),
    ];
    for (const token of other) assert.equal(why(await check(token, asked)), 'Wrong');
    assert.equal(why(await check(next.token(claims(), { kid: ec.kid }), asked)), 'Wrong', 'another key’s signature');
    assert.ok(keys.asked() <= 1);
  });

  test('a token names its key, unless there is only one that it could be of', async () => {
    assert.equal(await by(ec, {}), 'Granted');
    keys.answers(200, keySetOf([ec, next]));
    clock.advance(freshMs);
    assert.equal(await by(ec, {}), 'UnknownKey');
    assert.equal(await by(ec), 'Granted');
  });

  test('a new key signs from its first minute on, and the old one until it is taken away', async () => {
    assert.equal(await by(ec), 'Granted');
    clock.advance(coolDownMs);
    keys.answers(200, keySetOf([ec, next]));
    assert.equal(await by(next), 'Granted');
    assert.equal(await by(ec), 'Granted');
    assert.equal(keys.asked(), 2);
    keys.answers(200, keySetOf([next]));
    clock.advance(freshMs);
    assert.equal(await by(ec), 'UnknownKey');
    assert.equal(await by(next), 'Granted');
  });

  test('a key that takes the place of another under its name, or without one, signs from its first minute on', async () => {
    assert.equal(await by(ec), 'Granted');
    clock.advance(coolDownMs);
    const renewed = signingKey('ES256', ec.kid);
    keys.answers(200, keySetOf([rsa, renewed]));
    assert.deepEqual([await by(renewed, {}), await by(renewed), await by(ec)], ['Granted', 'Granted', 'Wrong']);
    assert.equal(keys.asked(), 2);
  });

  test('signatures that strangers made up have the keys read once in 30 s', async () => {
    await by(ec);
    clock.advance(coolDownMs);
    for (let i = 0; i < 20; i++) assert.equal(await by(next, { kid: ec.kid }), 'Wrong');
    assert.equal(keys.asked(), 2);
  });

  test('names that strangers made up have the keys read once in 30 s, and lock nobody out', async () => {
    await by(ec);
    clock.advance(coolDownMs);
    for (let i = 0; i < 50; i++) assert.equal(await by(next, { kid: `made up ${i}` }), 'UnknownKey');
    assert.equal(keys.asked(), 2);
    clock.advance(coolDownMs);
    await by(next);
    assert.equal(keys.asked(), 3);
  });

  test('while the provider is away, the keys are used on; it is asked again, not by everybody', async () => {
    await by(ec);
    keys.answers(503, 'away');
    clock.advance(freshMs);
    for (let i = 0; i < 50; i++) assert.equal(await by(ec), 'Granted');
    assert.equal(keys.asked(), 2);
    clock.advance(retryMs);
    assert.equal(await by(ec), 'Granted');
    assert.equal(keys.asked(), 3);
    clock.advance(retryMs);
    await by(ec);
    assert.equal(keys.asked(), 3, 'each time it is given twice as long');
    assert.equal(problems.length, 2);
    assert.match(problems[0] ?? '', /^Error: http:\/\/127\.0\.0\.1:\d+\/keys answered 503/);
    keys.answers(200, keySetOf([next]));
    clock.advance(coolDownMs);
    assert.deepEqual([await by(next), await by(ec)], ['Granted', 'UnknownKey']);
  });

  test('after a day without the provider nobody gets in: a key may have been taken back meanwhile', async () => {
    await by(ec);
    keys.answers(503, 'away');
    clock.advance(staleMs - 1);
    assert.equal(await by(ec), 'Granted');
    clock.advance(coolDownMs);
    assert.equal(await by(ec), 'KeysUnavailable');
    keys.answers(200, keySetOf([ec]));
    clock.advance(coolDownMs);
    assert.equal(await by(ec), 'Granted');
  });

  test('a provider that was never there is asked soon again, and then it is well', async () => {
    keys.answers(500, '');
    assert.deepEqual([await by(ec), await by(ec)], ['KeysUnavailable', 'KeysUnavailable']);
    assert.equal(keys.asked(), 1);
    keys.answers(200, keySetOf([ec]));
    clock.advance(retryMs);
    assert.equal(await by(ec), 'Granted');
  });

  test('a provider that says nothing is waited for 3 s, and the keys from before are used', async () => {
    await by(ec);
    keys.hangs();
    clock.advance(freshMs);
    const verdict = by(ec);
    await eventually('it is asked', () => keys.asked() === 2);
    clock.advance(timeoutMs);
    assert.equal(await verdict, 'Granted');
    assert.match(problems[0] ?? '', /no keys within 3000 ms/);
    await eventually('nobody waits for it any more', () => keys.left() === 1);
  });

  const useless: Record<string, string> = {
    'no JSON': 'no',
    'no set': '[]',
    'a set of words': '{"keys":["a"]}',
    nothing: '',
    'too much': JSON.stringify({ keys: [], more: 'x'.repeat(300_000) }),
  };
  for (const [name, body] of Object.entries(useless))
    test(`${name} for keys is a problem that is told, and nobody gets in by it`, async () => {
      keys.answers(200, body);
      assert.equal(await by(ec), 'KeysUnavailable');
      assert.equal(problems.length, 1);
    });

  test('where nobody is to be asked, the log says where and why, without the query', async () => {
    await keys.stop();
    assert.equal(await by(ec), 'KeysUnavailable');
    assert.match(problems[0] ?? '', /^Error: http:\/\/127\.0\.0\.1:\d+\/keys cannot be reached: .*ECONNREFUSED/);
  });

  test('a redirect is not followed', async () => {
    keys.answers(302, '');
    assert.equal(await by(ec), 'KeysUnavailable');
    assert.equal(keys.asked(), 1);
  });

  test('keys that are too weak, broken, or secret are not used', async () => {
    keys.answers(200, { keys: [weak.jwk, { ...ec.jwk, x: 'AAAA' }, { kty: 'oct', k: 'c2VjcmV0', kid: 'oct' }] });
    assert.deepEqual([await by(weak), await by(ec)], ['KeysUnavailable', 'KeysUnavailable']);
    assert.equal(why(await check(tokenBySecret(claims(), 'secret', { header: { kid: 'oct' } }), asked)), 'Wrong');
  });

  test('a clock that is set back has the keys read again, and throws nobody out', async () => {
    await by(ec);
    const { now } = clock;
    Object.assign(clock, { now: () => now() - 3_600_000 });
    keys.answers(503, '');
    assert.equal(await by(ec), 'Granted');
    assert.equal(keys.asked(), 2);
  });
});
