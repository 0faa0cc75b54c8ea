import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sdpOf, smallOffer } from './offers.ts';
import { post, problem, type Running, running, tokens } from './running.ts';

const whip = '/default/stage/whip';
const whep = '/default/stage/whep';
const headers = { Authorization: `Bearer ${tokens.publish}` };

describe('an endpoint, but for offers that are answered', () => {
  let at: Running;
  before(async () => {
    at = await running('rooms: [{name: stage}]');
  });
  after(() => at.stop());

  test('GET and HEAD on a publisher’s endpoint are 204, on a player’s 200 of SDP without any, alike in their headers (C-03, C-04)', async () => {
    for (const [path, status, type] of [
      [whip, 204, null],
      [whep, 200, 'application/sdp'],
    ] as const) {
      const [got, head] = [await at.fetch(path), await at.fetch(path, { method: 'HEAD' })];
      assert.deepEqual([got.status, await got.text(), got.headers.get('content-type')], [status, '', type]);
      assert.deepEqual([head.status, await head.text()], [status, '']);
      const undated = ({ headers }: Response) =>
        [...headers].filter(([name]) => !/^(date|connection|keep-alive)$/.test(name));
      assert.deepEqual(undated(head), undated(got));
    }
  });

  test('other methods are 405 and say which there are', async () => {
    const put = await at.fetch(whip, { method: 'PUT', headers });
    assert.equal(put.headers.get('allow'), 'POST, GET, HEAD, OPTIONS');
    assert.deepEqual([put.status, (await problem(put)).type], [405, 'urn:liveroom:problem:method-not-allowed']);
    const patch = await at.fetch(whip, { method: 'PATCH', headers });
    assert.equal(patch.status, 405);
    assert.match((await problem(patch)).detail, /PATCH means nothing here/);
  });

  test('a browser’s preflight needs no token, and other origins may read answers and errors (C-14, C-15)', async () => {
    const crossOrigin = ({ headers }: Response) =>
      Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')));
    const onEveryAnswer = {
      'access-control-allow-origin': '*',
      'access-control-expose-headers': 'Location, Link, ETag, Retry-After, WWW-Authenticate',
    };
    for (const path of [
      whip,
      whep,
      ...['', '/events', '/events/stream', '/layer'].map((of) => `${whep}/session${of}`),
    ]) {
      const preflight = await at.fetch(path, { method: 'OPTIONS' });
      assert.equal(preflight.status, 204);
      assert.deepEqual(crossOrigin(preflight), {
        ...onEveryAnswer,
        'access-control-allow-methods': 'POST, PATCH, DELETE, GET, HEAD, OPTIONS',
        'access-control-allow-headers': 'Authorization, Content-Type, If-Match, Link, X-Auth-Token',
        'access-control-max-age': '86400',
      });
    }
    assert.equal((await at.fetch(whip, { method: 'OPTIONS' })).headers.get('accept-post'), 'application/sdp');
    for (const [status, answer] of [
      [201, await post(at, whip, smallOffer())],
      [400, await post(at, whip, '')],
      [401, await post(at, whip, '', { Authorization: 'Bearer x' })],
      [404, await at.fetch('/default/nowhere/')],
    ] as const) {
      assert.deepEqual([answer.status, crossOrigin(answer)], [status, onEveryAnswer]);
      if (status === 201) await at.fetch(answer.headers.get('location') ?? '', { method: 'DELETE', headers });
    }
  });

  test('an offer of which a part cannot be answered is refused as a whole, though the rest fits (C-10)', async () => {
    const [sound, video] = [/opus/gi, /VP8|VP9|H264|AV1/gi];
    const without = (codecs: RegExp, offer: string) => offer.replaceAll(codecs, 'unknown');
    const refusedWhole = async (path: string, offer: string, status: number, type: string, says: RegExp) => {
      const response = await post(at, path, offer);
      assert.equal(response.headers.get('location'), null);
      const told = await problem(response);
      assert.deepEqual([response.status, told.type], [status, `urn:liveroom:problem:${type}`]);
      assert.match(told.detail, says);
    };
    // Those that have not connected, too, as nobody does here.
    const sessions = () => at.metric('live_debug_objects{type="session"}');
    const before = (await sessions()) ?? Number.NaN;
    for (const client of ['obs-publish', 'chromium-publish'] as const) {
      await refusedWhole(whip, without(sound, sdpOf(client)), 422, 'unusable-offer', /room's audio is/);
      await refusedWhole(whip, without(video, sdpOf(client)), 422, 'unusable-offer', /room's video is/);
    }
    assert.equal(await sessions(), before);
    const publisher = await post(at, whip, sdpOf('obs-publish'));
    for (const [codecs, says] of [
      [sound, /room's audio is/],
      [video, /room's video is/],
      [/H264/g, /publisher sends H264 Constrained Baseline/],
    ] as const) {
      await refusedWhole(whep, without(codecs, sdpOf('chromium-play')), 406, 'not-acceptable', says);
      assert.equal(await sessions(), before + 1);
    }
    await at.fetch(publisher.headers.get('location') ?? '', { method: 'DELETE', headers });
    assert.equal(await sessions(), before);
  });
});
