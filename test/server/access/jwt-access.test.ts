import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type JwtAuth, jwtAccess } from '#server/access/jwt-access.ts';
import { keepTimes } from '#server/access/kept-keys.ts';
import { fakeClock } from '../fake-clock.ts';
import { keySetOf, provider, signingKey, tokenBySecret } from './keys.ts';

const asked = { role: 'publisher', room: 'events/keynote' } as const;

test('the keys of a provider are read once for all rooms, and kept over a change of settings', async (t) => {
  const clock = fakeClock(Date.UTC(2026, 10, 22, 10));
  const key = signingKey('ES256', 'k');
  const { url, asked: readings, answers, stop } = await provider([key]);
  t.after(stop);
  const problems: unknown[] = [];
  const access = jwtAccess({ clock, onProblem: (error) => problems.push(error) });
  const auth: JwtAuth = { keyOf: 'Everybody', jwksUrl: url.href, audience: 'live' };
  const claims = { exp: clock.now() / 1000 + 86_400, aud: 'live', room: asked.room, publish: true };
  const isGranted = async (by: JwtAuth) => (await access(by)(key.token(claims), asked)).isGranted;

  assert.deepEqual(await Promise.all([isGranted(auth), isGranted(auth)]), [true, true]);
  assert.equal(await isGranted({ ...auth, issuer: 'https://id' }), false);
  assert.equal(readings(), 1);

  answers(503, keySetOf([]));
  clock.advance(keepTimes.freshMs);
  assert.equal(await isGranted(auth), true);
  assert.equal(problems.length, 1);
});

test('a room’s own secrets are those of its settings', async () => {
  const clock = fakeClock(Date.UTC(2026, 10, 22, 10));
  const access = jwtAccess({ clock, onProblem: () => assert.fail() });
  const secrets = ['0123456789abcdef0123456789abcdef', 'fedcba9876543210fedcba9876543210'] as const;
  const token = tokenBySecret({ exp: clock.now() / 1000 + 60, publish: true }, secrets[0]);
  const isGranted = async (...of: string[]) => (await access({ keyOf: 'Room', secrets: of })(token, asked)).isGranted;
  assert.deepEqual([await isGranted(secrets[0]), await isGranted(...secrets)], [true, true]);
  assert.deepEqual([await isGranted(secrets[1]), await isGranted()], [false, false]);
});

test('a URL that is none has no keys, which is told, and says no more to who asks than that', async () => {
  const problems: unknown[] = [];
  const clock = fakeClock(Date.UTC(2026, 10, 22, 10));
  const access = jwtAccess({ clock, onProblem: (error) => problems.push(String(error)) });
  const check = access({ keyOf: 'Everybody', jwksUrl: 'https://id.example.com:99999/keys', audience: 'live' });
  for (let i = 0; i < 3; i++) {
    const verdict = await check('a.b.c', asked);
    assert.ok(!verdict.isGranted && verdict.why === 'KeysUnavailable');
  }
  assert.deepEqual(problems, ['Error: https://id.example.com:99999/keys is no URL to read keys at']);
});
