import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { eventually } from '#test/harness/eventually.ts';
import { smallOffer, smallPlayOffer } from './offers.ts';
import { reading } from './reading.ts';
import { post, problem, type Running, running, tokens } from './running.ts';
import { type UdpClient, udpClient } from './udp-client.ts';

const whip = '/default/stage/whip';
const whep = '/default/stage/whep';
const authorization = `Bearer ${tokens.play}`;

describe('the event stream of a viewer', () => {
  let at: Running;
  let publisher: UdpClient;
  let viewer: UdpClient;
  let link = '';
  before(async () => {
    at = await running('rooms: [{name: stage}]');
    publisher = await udpClient(at, whip);
    await eventually('the publisher is connected', publisher.isConnected);
  });
  after(async () => {
    publisher.stop();
    await at.stop();
  });
  const join = async () => {
    viewer = await udpClient(at, whep);
    [, link = ''] = /^<([^>]+)>/.exec(viewer.response.headers.get('link') ?? '') ?? [];
    return viewer.response.headers;
  };
  afterEach(async () => {
    await at.fetch(viewer.location, { method: 'DELETE', headers: { authorization } });
    viewer.stop();
  });
  const make = (body?: string, headers: Record<string, string> = { 'Content-Type': 'application/json' }) =>
    at.fetch(link, { method: 'POST', headers: { authorization, ...headers }, ...(body !== undefined && { body }) });
  const makeOf = async (...types: readonly string[]) => {
    const response = await make(JSON.stringify(types));
    assert.deepEqual([response.status, await response.text()], [201, '']);
    return response.headers.get('location') ?? '';
  };
  const open = (status: string) => at.metric(`live_event_stream_connections_total{status="${status}"}`);

  test('its Link stands in the answer to a player, with the events that there are; a publisher’s has its own (C-31, C-38)', async () => {
    const headers = await join();
    assert.equal(
      headers.get('link'),
      [
        `<${viewer.location}/events>; rel="urn:ietf:params:whep:ext:core:server-sent-events"; events="active,inactive,layers,reconnect,video,viewercount"`,
        `<${viewer.location}/layer>; rel="urn:ietf:params:whep:ext:core:layer"`,
      ].join(', '),
    );
    assert.equal(
      publisher.response.headers.get('link'),
      `<${publisher.location}/events>; rel="urn:liveroom:whip:ext:events"; events="hints"`,
    );
  });

  test('a POST of a list makes it, a GET reads it, a DELETE ends it, and then it is not there (C-38, C-39)', async () => {
    await join();
    const url = await makeOf('active', 'viewercount');
    assert.ok(url.startsWith(`${link}/`));
    const response = await at.fetch(url);
    assert.deepEqual([response.status, response.headers.get('content-type')], [200, 'text/event-stream']);
    assert.deepEqual(
      ['cache-control', 'access-control-allow-origin'].map((name) => response.headers.get(name)),
      ['no-store', '*'],
    );
    const seen = reading(response);
    await eventually('it is told of the publisher', () => seen.text.includes('event: active\ndata: {}\n\n'));
    await eventually('and of itself', () => /event: viewercount\ndata: \{"viewercount":1\}\n\n/.test(seen.text));
    assert.equal(await at.metric('live_event_streams'), 1);
    assert.equal((await at.fetch(url, { method: 'DELETE', headers: { authorization } })).status, 200);
    await eventually('it is over', () => seen.isOver);
    assert.equal((await at.fetch(url)).status, 404);
    assert.equal(await at.metric('live_event_streams'), 0);
  });

  test('a list that is none, or names what there is not, is 400; another type of body 415; no stream is left (C-38)', async () => {
    await join();
    for (const body of [
      '["scte35"]',
      '["active","layer"]',
      '[]',
      '{}',
      '"active"',
      '[1]',
      '[',
      `[${'"active",'.repeat(20)}"active"]`,
    ]) {
      const refused = await make(body);
      assert.equal(refused.status, 400, body);
      assert.match(
        (await problem(refused)).detail,
        /JSON array.*active, inactive, layers, reconnect, video, viewercount/,
      );
    }
    for (const type of ['text/plain', 'application/sdp'])
      assert.equal((await make('["active"]', { 'Content-Type': type })).status, 415, type);
    assert.equal((await make(undefined, {})).status, 201, 'no body: all');
    assert.equal((await post(at, whip, '[]', { 'Content-Type': 'application/json' })).status, 415);
  });

  test('the oldest of four streams gives way to a fifth, so that connections that died without a word keep nobody out (C-38)', async () => {
    await join();
    const oldest = reading(await at.fetch(link));
    await eventually('it is told', () => oldest.text.includes('event: active'));
    for (let i = 0; i < 4; i++) assert.equal((await make()).status, 201);
    await eventually('it is over', () => oldest.isOver);
  });

  test('a GET without a POST reads all events, for as long as it lasts (C-38)', async () => {
    await join();
    for (let i = 0; i < 5; i++) {
      const left = new AbortController();
      const seen = reading(await at.fetch(link, { signal: left.signal }));
      await eventually('it is told', () => seen.text.includes('event: active'));
      left.abort();
      await eventually('its place is free', async () => (await at.metric('live_event_streams')) === 0);
    }
  });

  test('who makes or ends a stream needs the session’s token, who reads it its URL (C-25, C-38)', async () => {
    await join();
    for (const method of ['POST', 'DELETE']) {
      const url = method === 'POST' ? link : await makeOf('active');
      assert.equal((await at.fetch(url, { method })).status, 401, method);
    }
    const stranger = link.replace(/whep\/[^/]+/, 'whep/nobody');
    assert.equal((await at.fetch(stranger)).status, 404);
    assert.equal((await at.fetch(`${link}/nothing`)).status, 404);
    const options = await at.fetch(link, { method: 'OPTIONS' });
    assert.deepEqual([options.status, options.headers.get('allow')], [204, 'POST, GET, OPTIONS']);
    const head = await at.fetch(link, { method: 'HEAD' });
    assert.deepEqual([head.status, head.headers.get('allow')], [405, 'POST, GET, OPTIONS']);
  });

  test('a layer is chosen by a POST with the session’s token; where there is but one it is 422 (C-40)', async () => {
    await join();
    const choose = (body: string, headers: Record<string, string> = { authorization }) =>
      at.fetch(`${viewer.location}/layer`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
        body,
      });
    assert.equal((await choose('{}')).status, 200, 'what the network carries');
    assert.equal((await choose('{"mediaId":"0"}')).status, 200);
    const other = await choose('{"mediaId":"0","rid":"h"}');
    assert.equal(other.status, 422);
    assert.match((await problem(other)).detail, /one encoding only/);
    assert.equal((await choose('[]')).status, 400);
    assert.equal((await choose('{}', {})).status, 401);
    assert.equal((await choose('{}', { authorization, 'Content-Type': 'text/plain' })).status, 415);
    assert.equal((await at.fetch(`${viewer.location}/layer`)).status, 405);
  });

  test('it ends with the session, and is no request that took so long (C-38)', async () => {
    await join();
    const ended = (await open('Ended')) ?? 0;
    const answered = () => at.metric('live_http_requests_total{route="whep_events",method="GET",code="200"}');
    const before = (await answered()) ?? 0;
    const seen = reading(await at.fetch(await makeOf('active')));
    assert.equal(await answered(), before + 1, 'its answer has begun, which is all that counts');
    await at.fetch(viewer.location, { method: 'DELETE', headers: { authorization } });
    await eventually('it is over', () => seen.isOver);
    assert.equal(await open('Ended'), ended + 1);
    assert.equal(await answered(), before + 1);
  });

  test('a viewer that cannot follow another publisher, for want of its codec, is told to come back (C-39)', async (t) => {
    const own = await running('rooms: [{name: stage, publish: {codecs: [VP8]}}]');
    t.after(() => own.stop());
    const vp8 = await post(own, whip, smallOffer());
    const watching = await post(own, whep, smallPlayOffer());
    const [, url = ''] = /^<([^>]+)>/.exec(watching.headers.get('link') ?? '') ?? [];
    const seen = reading(await own.fetch(url));
    const leave = { method: 'DELETE', headers: { authorization: `Bearer ${tokens.publish}` } };
    await own.fetch(vp8.headers.get('location') ?? '', leave);
    const again = await post(own, whip, smallOffer());
    await own.fetch(again.headers.get('location') ?? '', leave);
    assert.ok(!seen.text.includes('reconnect'), 'not for the same codec');
    await own.writeRooms('rooms: [{name: stage, publish: {codecs: [H264]}}]');
    await eventually('the room is another', () => own.log.some(({ message }) => message === 'settings changed'));
    assert.equal(
      (
        await post(
          own,
          whip,
          smallOffer((sdp) => sdp.replaceAll('VP8', 'H264')),
        )
      ).status,
      201,
    );
    await eventually('it is told', () => seen.text.includes(`event: reconnect\ndata: {"url":"${whep}"}\n\n`));
    await join();
  });

  test('a viewer of a server that drains is told to come back when its publisher has gone (C-39)', async () => {
    const own = await running('rooms: [{name: stage}]');
    const sender = await udpClient(own, whip);
    await eventually('the publisher is connected', sender.isConnected);
    const watching = await post(own, whep, smallPlayOffer());
    const [, url = ''] = /^<([^>]+)>/.exec(watching.headers.get('link') ?? '') ?? [];
    const seen = reading(await own.fetch(url));
    await eventually('it reads', () => seen.text.includes('event: active'));
    const drained = own.server.drain();
    assert.ok(!seen.text.includes('reconnect'), 'not before: another server has no publisher yet');
    await own.fetch(sender.location, { method: 'DELETE', headers: { authorization: `Bearer ${tokens.publish}` } });
    await eventually('it is over', () => seen.isOver);
    assert.ok(seen.text.endsWith(`event: reconnect\ndata: {"url":"${whep}"}\n\n`), seen.text);
    await drained;
    sender.stop();
    await own.stop();
    await join();
  });
});
