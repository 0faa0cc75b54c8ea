import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { keySetOf, type Provider, provider, signingKey, tokenBySecret } from './access/keys.ts';
import { fakeClock } from './fake-clock.ts';
import { sdpOf } from './offers.ts';
import { post, problem, type Running, running } from './running.ts';

const secret = 'this-secret-signs-for-one-room-only';
const startMs = Date.UTC(2026, 10, 22, 10);
const exp = startMs / 1000 + 3600;

describe('rooms that take JSON Web Tokens', () => {
  const clock = fakeClock(startMs);
  const keys = [signingKey('RS256', 'old'), signingKey('ES256', 'new')] as const;
  let identities: Provider;
  let at: Running;
  before(async () => {
    identities = await provider([keys[0]]);
    const byKeys = `{mode: JWT, jwksURL: "${identities.url.href}", audience: live, issuer: id}`;
    const rooms = `rooms:
      - {name: own, publish: {auth: {mode: JWT, secret: ${secret}}}, play: {auth: {mode: JWT, secret: ${secret}}}}
      - {name: all, publish: {auth: ${byKeys}}, play: {auth: ${byKeys}}}`;
    at = await running(rooms, {}, clock);
  });
  after(async () => {
    await at.stop();
    await identities.stop();
  });

  const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
  const publish = (room: string, token: string) =>
    post(at, `/default/${room}/whip`, sdpOf('chromium-publish'), bearer(token));
  const play = (room: string, token: string) =>
    post(at, `/default/${room}/whep`, sdpOf('chromium-play'), bearer(token));
  const end = (response: Response, token: string) =>
    at.fetch(response.headers.get('location') ?? '', { method: 'DELETE', headers: bearer(token) });

  test('a token is good for what its claims say, and no longer than they say (C-25)', async () => {
    const publisher = tokenBySecret({ exp, publish: true }, secret);
    const viewer = tokenBySecret({ exp, room: 'default/own', subscribe: true }, secret, { bits: 256 });
    const session = await publish('own', publisher);
    assert.equal(session.status, 201);
    assert.equal((await play('own', viewer)).status, 201);
    const refused = await publish('own', viewer);
    assert.equal(refused.status, 403);
    assert.equal(
      refused.headers.get('www-authenticate'),
      'Bearer realm="default/own publish", error="insufficient_scope"',
    );
    assert.match((await problem(refused)).detail, /claim publish would have to be true/);
    assert.equal((await play('own', tokenBySecret({ exp }, secret))).status, 403);
    assert.equal((await play('own', tokenBySecret({ subscribe: true }, secret))).status, 401);
    const late = await play('own', tokenBySecret({ exp: startMs / 1000 - 31, subscribe: true }, secret));
    assert.match((await problem(late)).detail, /has expired/);
    assert.equal((await play('all', viewer)).status, 401);
    assert.equal((await end(session, publisher)).status, 200);
  });

  test('a session belongs to whom its token names: others may not end it, but an admin may (C-26)', async () => {
    const by = (claims: object) => tokenBySecret({ exp, ...claims }, secret);
    const session = await publish('own', by({ sub: 'studio-1', publish: true }));
    for (const claims of [{ sub: 'studio-2', publish: true }, { publish: true }]) {
      const refused = await end(session, by(claims));
      assert.deepEqual([refused.status, (await problem(refused)).type], [403, 'urn:liveroom:problem:forbidden']);
    }
    assert.equal((await end(session, by({ sub: 'eve', admin: true }))).status, 200);
    const opened = at.log.find(({ event, subject }) => event === 'SessionOpened' && subject === 'studio-1');
    assert.ok(opened);
  });

  test('a provider signs for rooms that its tokens name in full, and may change its keys', async () => {
    const claims = { exp, aud: 'live', iss: 'id', subscribe: true, publish: true };
    const session = await publish('all', keys[0].token({ ...claims, room: 'default/all' }));
    assert.equal(session.status, 201);
    assert.equal((await play('all', keys[0].token({ ...claims, room: 'all' }))).status, 403);
    assert.equal((await play('all', keys[0].token({ ...claims, aud: 'mail', room: 'default/*' }))).status, 401);
    const renewed = keys[1].token({ ...claims, room: 'default/*' });
    clock.advance(30_000);
    assert.equal((await play('all', renewed)).status, 401);
    identities.answers(200, keySetOf(keys));
    clock.advance(30_000);
    assert.equal((await publish('all', keys[0].token({ ...claims, room: 'default/all' }))).status, 201);
    assert.equal((await play('all', renewed)).status, 201);
  });

  test('no token, and no secret, stands in the log', () => {
    const text = JSON.stringify(at.log);
    assert.ok(!text.includes(secret) && !text.includes('eyJ'));
  });
});
