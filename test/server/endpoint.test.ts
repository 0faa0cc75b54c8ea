import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { problem, type Running, running, tokens } from './running.ts';

const whip = '/default/stage/whip';
const whep = '/default/stage/whep';

describe('an endpoint, apart from its POST', () => {
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
    const headers = { Authorization: `Bearer ${tokens.publish}` };
    const put = await at.fetch(whip, { method: 'PUT', headers });
    assert.equal(put.headers.get('allow'), 'POST, GET, HEAD, OPTIONS');
    assert.deepEqual([put.status, (await problem(put)).type], [405, 'urn:liveroom:problem:method-not-allowed']);
    const patch = await at.fetch(whip, { method: 'PATCH', headers });
    assert.equal(patch.status, 405);
    assert.match((await problem(patch)).detail, /PATCH means nothing here/);
  });
});
