import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { lockOutLimits } from '#server/access/lock-out.ts';
import { requestRates } from '#server/access/request-limits.ts';
import { capacityLimits } from '#server/session/capacity.ts';
import { fakeClock } from './fake-clock.ts';
import { smallOffer, smallPlayOffer } from './offers.ts';
import { post, problem, type Running, running, stageAndOpen, tokens } from './running.ts';

const whip = '/default/stage/whip';
const open = '/default/open';
const joinsPerSecond = 2;
const from = (address: string) => ({ 'X-Forwarded-For': address });

describe('limits of the public port', () => {
  const clock = fakeClock(Date.UTC(2026, 10, 22));
  let at: Running;
  before(async () => {
    at = await running(stageAndOpen, { joinsPerSecondPerAddress: joinsPerSecond }, clock);
  });
  after(() => at.stop());

  const refused = async (response: Response, status: number, type: string, retryAfter: string) => {
    assert.equal(response.status, status);
    assert.equal(response.headers.get('retry-after'), retryAfter);
    assert.match(response.headers.get('access-control-expose-headers') ?? '', /Retry-After/);
    assert.equal((await problem(response)).type, `urn:liveroom:problem:${type}`);
  };

  test('one who posts without end is told 429 and when to come again; others are served (C-27)', async () => {
    const status = async () => (await post(at, whip, '', from('198.51.100.1'))).status;
    for (let i = 0; i < requestRates(joinsPerSecond).POST.burst; i++) assert.equal(await status(), 400);
    await refused(await post(at, whip, '', from('198.51.100.1')), 429, 'too-many', '1');
    assert.equal((await post(at, whip, '', from('198.51.100.2'))).status, 400);
    assert.equal((await at.fetch('/default/stage/', { headers: from('198.51.100.1') })).status, 200);
    assert.equal(await at.metric('live_requests_refused_total{reason="TooMany"}'), 1);
    const told = at.log.filter(({ event }) => event === 'TurnedAway');
    assert.deepEqual(
      told.map(({ why, address, room, role }) => [why, address, room, role]),
      [['Address', '198.51.100.1', 'default/stage', 'publisher']],
    );
  });

  test('so is one who asks without end to change or end a session, its events or its layer (C-27)', async () => {
    const paths = [`${open}/whip`, `${open}/whep`].flatMap(
      (endpoint, i) =>
        [
          [`198.51.100.${10 + i}`, 'PATCH', `${endpoint}/session`],
          [`198.51.100.${10 + i}`, 'DELETE', `${endpoint}/session`],
          [`198.51.100.${20 + i}`, 'POST', `${endpoint}/session/events`],
          [`198.51.100.${20 + i}`, 'DELETE', `${endpoint}/session/events/stream`],
        ] as const,
    );
    for (const [address, method, path] of [
      ...paths,
      ['198.51.100.30', 'POST', `${open}/whep/session/layer`] as const,
    ]) {
      const ask = () => at.fetch(path, { method, headers: from(address) });
      const { burst } = requestRates(joinsPerSecond)[method];
      const statuses = await Promise.all(Array.from({ length: burst }, async () => (await ask()).status));
      assert.deepEqual(new Set(statuses), new Set([404]), `${method} ${path}`);
      await refused(await ask(), 429, 'too-many', '1');
    }
  });

  test('who guesses tokens is told 429, for the room and the address', async () => {
    const guess = (token: string, address = '198.51.100.3') =>
      post(at, whip, '', { ...from(address), Authorization: `Bearer ${token}` });
    for (let i = 0; i < lockOutLimits.failures; i++) assert.equal((await guess(`guess-${i}`)).status, 401);
    await refused(await guess('another'), 429, 'locked-out', '60');
    assert.equal((await guess('another', '198.51.100.4')).status, 401);
    assert.equal((await guess(tokens.publish, '198.51.100.4')).status, 400);
    assert.equal((await guess(tokens.publish)).status, 400, 'it was right elsewhere');
    assert.equal(await at.metric('live_auth_failures_total{client="publisher",reason="LockedOut"}'), 1);
  });

  test('a room with too many on their way in answers 503; who has come in makes place (C-29)', async () => {
    assert.equal((await post(at, `${open}/whip`, smallOffer(), from('198.51.100.5'))).status, 201);
    const join = (i: number) => post(at, `${open}/whep`, smallPlayOffer(), from(`198.51.${Math.floor(i / 10)}.1`));
    const sessions: string[] = [];
    for (let i = 0; i < capacityLimits.room; i++) {
      const response = await join(i);
      assert.equal(response.status, 201, `${i}`);
      sessions.push(response.headers.get('location') ?? '');
    }
    await refused(await join(1), 503, 'overloaded', '1');
    assert.equal((await at.fetch(sessions[0] ?? '', { method: 'DELETE' })).status, 200);
    assert.equal((await join(1)).status, 201);
  });
});
