import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { requestRates } from '#server/access/request-limits.ts';
import { eventually } from '#test/harness/eventually.ts';
import { problem, tokens } from '../running.ts';
import { type Pair, pair } from './pair.ts';

const authorization = `Bearer ${tokens.play}`;
const json = { authorization, 'Content-Type': 'application/json' };

describe('a request for a session of another pod', () => {
  let on: Pair;
  before(async () => {
    on = await pair();
  });
  after(() => on.stop());

  const end = (path: string, headers: Record<string, string> = { authorization }) =>
    on.next.fetch(path, { method: 'DELETE', headers });
  const refused = async (response: Response, status: number, type: string) =>
    assert.deepEqual([response.status, (await problem(response)).type], [status, `urn:liveroom:problem:${type}`]);
  const passedOn = (result: string) => on.next.metric(`live_requests_passed_on_total{result="${result}"}`);
  const deletions = '{route="whep_session",method="DELETE",code="200"}';
  /** Opens an event stream by the next pod. */
  async function reading(stream: string) {
    const response = await on.next.fetch(stream);
    assert.deepEqual([response.status, response.headers.get('content-type')], [200, 'text/event-stream']);
    const seen = { text: '', isOver: false };
    const read = async () => {
      for await (const part of response.body?.pipeThrough(new TextDecoderStream()) ?? []) seen.text += part;
    };
    void read().finally(() => {
      seen.isOver = true;
    });
    return seen;
  }

  test('is answered by that one, without a redirect: PATCH, GET and DELETE (C-28)', async () => {
    const location = await on.join();
    assert.equal((await on.next.fetch(location)).status, 204);
    assert.equal((await on.next.fetch(location, { method: 'HEAD' })).status, 204);
    const restart = await on.next.fetch(location, {
      method: 'PATCH',
      headers: { authorization, 'Content-Type': 'application/trickle-ice-sdpfrag', 'If-Match': '*' },
      body: ['a=ice-ufrag:wxyz', 'a=ice-pwd:0123456789abcdef012345', ''].join('\r\n'),
    });
    assert.equal(restart.status, 200);
    assert.match(restart.headers.get('etag') ?? '', /^"[^"]+"$/);
    assert.equal(restart.headers.get('content-type'), 'application/trickle-ice-sdpfrag');
    assert.equal(restart.headers.get('access-control-allow-origin'), '*');
    assert.match(await restart.text(), /a=ice-ufrag:/);
    const put = await on.next.fetch(location, { method: 'PUT', headers: { authorization } });
    assert.equal(put.headers.get('allow'), 'PATCH, DELETE, GET, HEAD, OPTIONS');
    await refused(put, 405, 'method-not-allowed');
    const ended = await end(location);
    assert.deepEqual([ended.status, await ended.text()], [200, '']);
    assert.equal((await on.first.fetch(location)).status, 404);
    await refused(await end(location), 404, 'unknown-session');
    // Each is counted where its client asked, and as passed on by both pods.
    assert.equal(await on.next.metric(`live_http_requests_total${deletions}`), 1);
    assert.equal(await on.first.metric(`live_http_requests_total${deletions}`), 0);
    const taken = await on.first.metric('live_requests_taken_over_total{result="Taken"}');
    assert.deepEqual([await passedOn('Answered'), taken], [6, 6]);
  });

  test('may be for what is below the session: a layer, and events, which stream until it ends (C-28, C-38)', async () => {
    const location = await on.join();
    const layer = await on.next.fetch(`${location}/layer`, { method: 'POST', headers: json, body: '{"mediaId": "9"}' });
    await refused(layer, 422, 'unusable-layer');
    const made = await on.next.fetch(`${location}/events`, { method: 'POST', headers: json, body: '["viewercount"]' });
    const stream = made.headers.get('location') ?? '';
    assert.deepEqual([made.status, stream.startsWith(`${location}/events/`)], [201, true]);
    const seen = await reading(stream);
    await eventually('the stream has begun', () => seen.text.includes('retry:'));
    assert.equal((await end(location)).status, 200);
    await eventually('the stream is over', () => seen.isOver);
  });

  test('may be for a publisher’s events, with the publisher’s token (C-28)', async () => {
    const events = `${on.publisher}/events`;
    const make = (token: string) =>
      on.next.fetch(events, {
        method: 'POST',
        headers: { ...json, authorization: `Bearer ${token}` },
        body: '["hints"]',
      });
    await refused(await make(tokens.play), 401, 'unauthorized');
    const made = await make(tokens.publish);
    const stream = made.headers.get('location') ?? '';
    assert.deepEqual([made.status, stream.startsWith(`${events}/`)], [201, true]);
    const seen = await reading(stream);
    await eventually('what holds now is told', () => seen.text.includes('event: hints\ndata: {"hints":[]}'));
    const headers = { authorization: `Bearer ${tokens.publish}` };
    assert.equal((await on.next.fetch(stream, { method: 'DELETE', headers })).status, 200);
    await eventually('the stream is over', () => seen.isOver);
  });

  test('who leaves an event stream leaves it at its owner, too, and gives its place back', async () => {
    const location = await on.join();
    const left = () => on.first.metric('live_event_stream_connections_total{status="Left"}');
    const was = (await left()) ?? 0;
    for (let i = 1; i <= 10; i++) {
      const ending = new AbortController();
      assert.equal((await on.next.fetch(`${location}/events`, { signal: ending.signal })).status, 200);
      ending.abort();
      await eventually('it is left', async () => (await left()) === was + i);
    }
    await end(location);
  });

  test('is limited and told of at its owner by its client’s address, as the proxies before the asked pod say', async () => {
    const location = await on.join();
    const from = { 'X-Forwarded-For': '198.51.100.9' };
    await refused(await end(location, { ...from, Authorization: 'Bearer wrong' }), 401, 'unauthorized');
    const denied = on.first.log.findLast(({ event }) => event === 'Denied');
    assert.deepEqual([denied?.['address'], denied?.['why']], ['198.51.100.9', 'Wrong']);
    for (let i = 0; i < 9; i++) await end(location, { ...from, Authorization: `Bearer wrong-${i}` });
    const locked = await end(location, { ...from, Authorization: 'Bearer and-again' });
    assert.equal(locked.headers.get('retry-after'), '60');
    await refused(locked, 429, 'locked-out');
    assert.equal((await end(location)).status, 200, 'others are not locked out');
  });

  test('is too much when one session has more than its client can have meant: 429 with Retry-After', async () => {
    const location = await on.join();
    const statuses: number[] = [];
    for (let i = 0; i < 51; i++) statuses.push((await on.next.fetch(location)).status);
    assert.deepEqual(statuses.slice(0, 50), new Array(50).fill(204));
    assert.equal(statuses[50], 429);
    assert.equal(await passedOn('TooMany'), 1);
    on.clock.advance(1000);
    assert.equal((await end(location)).status, 200);
  });

  test('goes on so often from one address, whatever it asks: then 429 with Retry-After, and others go on', async () => {
    const sessions = await Promise.all(Array.from({ length: 11 }, () => on.join()));
    const ask = async (path: string, i: number, address = '198.51.100.10') => {
      const method = ['GET', 'HEAD', 'PUT'][i % 3] ?? 'GET';
      return await on.next.fetch(path, { method, headers: { 'X-Forwarded-For': address, authorization } });
    };
    const tooMany: number[] = [];
    const { burst } = requestRates(20).PassedOn;
    for (let i = 0; i <= burst; i++)
      if ((await ask(sessions[i % sessions.length] ?? '', i)).status === 429) tooMany.push(i);
    assert.deepEqual(tooMany, [burst]);
    const refusal = await ask(sessions[0] ?? '', 0);
    assert.equal(refusal.headers.get('retry-after'), '1');
    await refused(refusal, 429, 'too-many');
    assert.equal(on.next.log.findLast(({ event }) => event === 'TurnedAway')?.['address'], '198.51.100.10');
    assert.equal((await ask(sessions[0] ?? '', 0, '198.51.100.11')).status, 204);
    on.clock.advance(1000);
    assert.equal((await ask(sessions[0] ?? '', 0)).status, 204);
    for (const session of sessions) assert.equal((await end(session)).status, 200);
  });

  test('may have as long a head as any, of signs that take twice their place when it is passed on', async () => {
    const location = await on.join();
    for (const sign of ['"', '\\', 'é']) {
      const headers = {
        authorization,
        'If-Match': sign.repeat(14_000),
        'Content-Type': 'application/trickle-ice-sdpfrag',
      };
      const answer = await on.next.fetch(location, { method: 'PATCH', headers, body: 'a=ice-ufrag:wxyz\r\n' });
      assert.notEqual((await problem(answer)).type, 'urn:liveroom:problem:unknown-session');
    }
    assert.equal((await end(location)).status, 200);
  });

  test('finds no session where its room is not, and none in another room', async () => {
    const location = await on.join();
    await refused(await end(location.replace('stage', 'other')), 404, 'unknown-room');
    await refused(await end(location.replace('whep', 'whip')), 401, 'unauthorized');
    assert.equal((await end(location)).status, 200);
  });

  test('is answered with another secret in its place as long as the old one is there, and not after (C-28)', async () => {
    const [one, two] = [await on.join(), await on.join()];
    const isRead = (times: number) =>
      eventually(
        'the secrets are read',
        () => on.next.log.filter(({ message }) => message === 'settings changed').length === times,
      );
    await on.writeSecrets('another-secret-which-is-to-take-its-place\na-secret-that-all-pods-of-a-namespace-have\n');
    await isRead(1);
    // The first pod does not know what the next one seals with by now: secrets are added to all pods before they are used.
    assert.equal((await end(one)).status, 404);
    await on.writeSecrets('a-secret-that-all-pods-of-a-namespace-have\nanother-secret-which-is-to-take-its-place\n');
    await isRead(2);
    assert.equal((await end(one)).status, 200);
    await on.writeSecrets('another-secret-which-is-to-take-its-place\n');
    await isRead(3);
    await refused(await end(two), 404, 'unknown-session');
    await on.writeSecrets('a-secret-that-all-pods-of-a-namespace-have\n');
    await isRead(4);
  });

  test('reaches a pod that drains, and is one for an ended session when that has gone (C-28)', async () => {
    const [one, two] = [await on.join(), await on.join()];
    void on.first.server.drain();
    assert.equal((await end(one)).status, 200);
    await on.first.server.close();
    await refused(await end(two), 404, 'unknown-session');
    assert.equal(await passedOn('Gone'), 2);
  });
});
