import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { eventually } from '#test/harness/eventually.ts';
import { fakeClock } from './fake-clock.ts';
import { sdpOf, smallOffer, smallPlayOffer } from './offers.ts';
import { post, problem, type Running, running, stageAndOpen, tokens } from './running.ts';

const whip = '/default/stage/whip';
const whep = '/default/stage/whep';
const open = '/default/open';

describe('WHIP and WHEP over HTTP', () => {
  const clock = fakeClock(Date.UTC(2026, 10, 21));
  let at: Running;
  before(async () => {
    at = await running(stageAndOpen, {}, clock);
  });
  after(() => at.stop());

  const refusal = async (response: Response, status: number, type: string, says: RegExp) => {
    assert.equal(response.status, status);
    assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/);
    const body = await problem(response);
    assert.deepEqual([body.type, body.status], [`urn:liveroom:problem:${type}`, status]);
    assert.match(body.detail, says);
    assert.ok(body.title.length > 0);
  };
  const sessions = async () => (await at.metric('live_rooms')) ?? assert.fail('no metric');

  test('an offer is answered with 201, the answer and a relative Location; DELETE ends it once (C-01, C-03, C-12, C-26)', async () => {
    const response = await post(at, whip, sdpOf('chromium-publish'));
    assert.equal(response.status, 201);
    assert.match(response.headers.get('content-type') ?? '', /^application\/sdp/);
    const answer = await response.text();
    assert.equal(Number(response.headers.get('content-length')), answer.length);
    assert.match(answer, /^v=0\r\n/);
    assert.match(answer, new RegExp(`a=candidate:1 1 udp \\d+ 127\\.0\\.0\\.1 ${at.server.local.media.port} typ host`));
    const location = response.headers.get('location') ?? '';
    assert.match(location, /^\/default\/stage\/whip\/[\w-]{22}$/);

    const authorization = { Authorization: `Bearer ${tokens.publish}` };
    assert.equal((await at.fetch(location)).status, 204);
    assert.equal((await at.fetch(location, { method: 'HEAD' })).status, 204);
    await refusal(await at.fetch(location, { method: 'DELETE' }), 401, 'unauthorized', /publish token/);
    const other = location.replace('whip', 'whep');
    const play = { Authorization: `Bearer ${tokens.play}` };
    await refusal(await at.fetch(other, { method: 'DELETE', headers: play }), 404, 'unknown-session', /ended/);
    const ended = await at.fetch(location, { method: 'DELETE', headers: authorization });
    assert.deepEqual([ended.status, await ended.text()], [200, '']);
    const again = await at.fetch(location, { method: 'DELETE', headers: authorization });
    await refusal(again, 404, 'unknown-session', /ended/);
    await refusal(await at.fetch(location), 404, 'unknown-session', /ended/);
    const next = (await post(at, whip, sdpOf('chromium-publish'))).headers.get('location') ?? '';
    assert.notEqual(next, location);
    assert.equal((await at.fetch(next, { method: 'DELETE', headers: authorization })).status, 200);
  });

  test('a content type with parameters, in any case, is SDP; another one, or none, is 415 (C-02, C-42)', async () => {
    const typed = (type: string) => post(at, `${open}/whip`, 'nonsense', { 'Content-Type': type });
    assert.equal((await typed('Application/SDP; charset=utf-8')).status, 400);
    for (const type of ['application/json', 'application/sdpx', 'text/plain'])
      await refusal(await typed(type), 415, 'unsupported-media-type', /application\/sdp/);
    const untyped = await at.fetch(`${open}/whip`, { method: 'POST', body: new Uint8Array([1]) });
    await refusal(untyped, 415, 'unsupported-media-type', /application\/sdp/);
    await refusal(await at.fetch(`${open}/whip`, { method: 'POST' }), 415, 'unsupported-media-type', /Content-Type/);
  });

  test('a client that leaves before its answer is counted, as one that was not let in', async () => {
    const joins = async (state: string) =>
      (await at.metric(`live_session_join_total{client="subscriber",state="${state}"}`)) ?? assert.fail('no metric');
    const [received, rejected] = [await joins('Received'), await joins('Rejected')];
    const client = connect(at.server.local.http.port, '127.0.0.1').on('error', () => undefined);
    const head = [
      `POST ${open}/whep HTTP/1.1`,
      'Host: a',
      'Content-Type: application/sdp',
      'Content-Length: 9',
      '',
      '',
    ];
    client.write(head.join('\r\n'));
    await eventually('it is heard', async () => (await joins('Received')) === received + 1);
    client.destroy();
    await eventually('it is counted', async () => (await joins('Rejected')) === rejected + 1);
    assert.equal(await at.metric('live_http_requests_total{route="whep",method="POST",code="499"}'), 1);
  });

  test('what is no offer is 400, what cannot be answered 422, what is too large 413, each with the reason (C-02, C-32)', async () => {
    await refusal(await post(at, whip, ''), 400, 'malformed-offer', /empty/);
    await refusal(await post(at, whip, 'v=0\r\n'), 400, 'malformed-offer', /no m= line/);
    const onHold = smallOffer((sdp) => sdp.replace('actpass', 'holdconn'));
    await refusal(await post(at, whip, onHold), 422, 'unusable-offer', /setup:holdconn/);
    await refusal(await post(at, whip, sdpOf('chromium-play')), 422, 'unusable-offer', /recvonly/);
    await refusal(await post(at, whip, 'x'.repeat(65 * 1024)), 413, 'too-large', /65536/);
    await refusal(await at.fetch(whip, { headers: { x: 'x'.repeat(16_384) } }), 431, 'head-too-large', /16384/);
  });

  test('no token and a wrong one are 401 and say which is meant; the other role’s token is wrong (C-25)', async () => {
    const bare = await at.fetch(whip, { method: 'POST', headers: { 'Content-Type': 'application/sdp' }, body: 'v=0' });
    const challenge = 'Bearer realm="default/stage publish"';
    assert.equal(bare.headers.get('www-authenticate'), challenge);
    await refusal(bare, 401, 'unauthorized', /publish token as "Authorization: Bearer/);
    for (const wrong of [`Bearer ${tokens.play}`, 'Bearer x']) {
      const response = await post(at, whip, smallOffer(), { Authorization: wrong });
      assert.equal(response.headers.get('www-authenticate'), `${challenge}, error="invalid_token"`);
      assert.equal((await problem(response.clone())).title, 'The right token is needed');
      await refusal(response, 401, 'unauthorized', /not this room's publish token/);
    }
    await refusal(
      await post(at, whep, smallPlayOffer(), { Authorization: 'Basic eDp5' }),
      401,
      'unauthorized',
      /play token/,
    );
    assert.equal((await post(at, `${open}/whip`, 'v=0', { Authorization: 'Basic eDp5' })).status, 400, 'open to all');
  });

  test('a stranger’s body is not even read, nor counted', async () => {
    const counted = () => at.metric('live_signal_message_bytes_sum{protocol="whip",direction="in"}');
    const before = await counted();
    const requests = 'live_http_requests_total{route="whip",method="POST",code="401"}';
    const refused = (await at.metric(requests)) ?? 0;
    const response = await post(at, whip, 'x'.repeat(65 * 1024), { Authorization: 'Bearer x' });
    assert.equal(response.status, 401);
    await eventually('its end is counted', async () => ((await at.metric(requests)) ?? 0) > refused);
    assert.equal(await counted(), before);
  });

  test('an unknown room is 404 in both roles and on the pages', async () => {
    for (const path of ['/default/nowhere/whip', '/default/nowhere/whep'])
      await refusal(await post(at, path, smallOffer()), 404, 'unknown-room', /default\/nowhere/);
    await refusal(await at.fetch('/default/nowhere/'), 404, 'unknown-room', /default\/nowhere/);
    await refusal(await at.fetch('/what/is/this/here'), 404, 'unknown-path', /whip/);
    await refusal(await at.fetch(`/default/${'x'.repeat(200)}/whip`), 400, 'bad-request', /too long|length/);
    await refusal(await at.fetch('/%E0%A4%A'), 400, 'bad-request', /./);
  });

  test('a player that has no codec for what is published is told 406, without a counter-offer (C-36)', async () => {
    const publisher = await post(at, `${open}/whip`, smallOffer());
    const other = smallPlayOffer().replaceAll('VP8', 'H264');
    const response = await post(at, `${open}/whep`, other);
    assert.equal(response.headers.get('location'), null);
    await refusal(response, 406, 'not-acceptable', /the publisher sends VP8, .* Offer it, or .* send H264 /);
    await at.fetch(publisher.headers.get('location') ?? '', { method: 'DELETE' });
  });

  test('watching before anybody publishes is 409 with a time to try again', async () => {
    const response = await post(at, whep, smallPlayOffer());
    assert.equal(response.headers.get('retry-after'), '2');
    await refusal(response, 409, 'no-publisher', /Nobody is publishing/);
  });

  test('a second publisher is told 409 and nothing of it is left; after 2 s of silence it replaces the first', async () => {
    const first = await post(at, whip, sdpOf('obs-publish'));
    await refusal(
      await post(at, whip, sdpOf('obs-publish')),
      409,
      'publisher-exists',
      /publishing in this room already/,
    );
    clock.advance(2000);
    const second = await post(at, whip, sdpOf('obs-publish'));
    assert.equal(second.status, 201);
    assert.equal((await at.fetch(first.headers.get('location') ?? '')).status, 404);
    clock.advance(10_000);
    assert.equal((await at.fetch(second.headers.get('location') ?? '')).status, 404, 'no handshake within 10 s');
    assert.equal(clock.pending(), 0);
    assert.equal(await at.metric('live_requests_refused_total{reason="HandshakeTimeout"}'), 1);
    assert.ok(at.log.some(({ message }) => /never reached UDP 127/.test(`${message}`)));
  });

  test('a full room is 403, and a place that was not used is given back', async () => {
    await post(at, `${open}/whip`, smallOffer());
    await at.writeRooms(
      `${stageAndOpen.replace('play: { auth: { mode: None } }', 'play: { auth: { mode: None }, maxSubscribers: 1 }')}`,
    );
    await eventually('the new limit is known', () => at.log.some(({ message }) => message === 'settings changed'));
    const watching = await post(at, `${open}/whep`, smallPlayOffer());
    assert.equal(watching.status, 201);
    assert.match(await watching.text(), /a=sendonly/);
    await refusal(await post(at, `${open}/whep`, smallPlayOffer()), 403, 'room-full', /places for 1/);
    await at.fetch(watching.headers.get('location') ?? '', { method: 'DELETE' });
    assert.equal((await post(at, `${open}/whep`, smallPlayOffer())).status, 201);
    clock.advance(10_000);
    assert.equal(await sessions(), 0);
  });

  test('the pages are served with their files, a strict policy and revalidation', async () => {
    for (const [path, type, says] of [
      ['/default/stage/', 'text/html', 'player.js'],
      ['/default/stage/publish', 'text/html', 'publisher.js'],
      ['/default/stage/assets/player.js', 'text/javascript', 'import'],
      ['/default/stage/assets/style.css', 'text/css', '{'],
    ] as const) {
      const response = await at.fetch(path);
      assert.equal(response.status, 200, path);
      assert.ok(response.headers.get('content-type')?.startsWith(type), path);
      assert.ok((await response.text()).includes(says), path);
      assert.match(response.headers.get('content-security-policy') ?? '', /default-src 'none'; script-src 'self'/);
      assert.equal(response.headers.get('cache-control'), 'no-cache');
    }
    for (const file of ['tsconfig.json', 'nothing.js', '..%2fpages.ts', '%2e%2e%2fproblem.ts'])
      assert.equal((await at.fetch(`/default/stage/assets/${file}`)).status, 404, file);
    const bare = await at.fetch('/default/stage');
    assert.deepEqual([bare.status, bare.headers.get('location')], [308, '/default/stage/']);
  });

  test('refusals are counted by their reasons, every reason from zero', async () => {
    assert.equal(await at.metric('live_requests_refused_total{reason="Internal"}'), 0);
    const count = (reason: string) => at.metric(`live_requests_refused_total{reason="${reason}"}`);
    const before = (await count('UnknownRoom')) ?? 0;
    await at.fetch('/default/nowhere/whip');
    assert.equal(await count('UnknownRoom'), before + 1);
  });

  test('half a request is no harm', async () => {
    const socket = connect(at.server.local.http.port, '127.0.0.1');
    socket.write('POST /default/stage/whip HTTP/1.1\r\nContent-Length: 100\r\n');
    socket.destroy();
    assert.equal((await at.fetch(whip)).status, 204);
  });

  test('neither tokens nor ICE passwords nor whole session ids stand in the log', async () => {
    const response = await post(at, whip, sdpOf('obs-publish'));
    const [, password = ''] = /a=ice-pwd:(\S+)/.exec(await response.text()) ?? [];
    const id = response.headers.get('location')?.split('/').at(-1) ?? '';
    const log = JSON.stringify(at.log);
    assert.ok(log.includes(id.slice(0, 6)));
    for (const secret of [password, id, tokens.publish, tokens.play]) assert.ok(!log.includes(secret));
  });
});
