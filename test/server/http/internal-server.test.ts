import assert from 'node:assert/strict';
import { test } from 'node:test';
import { internalServer } from '#server/http/internal-server.ts';

test('an unknown path of the internal port is answered with those that there are', async (t) => {
  const app = internalServer({
    checkup: t.mock.fn(),
    stats: t.mock.fn(),
    viewers: t.mock.fn(),
    scrape: t.mock.fn(),
    turns: t.mock.fn(),
  });
  for (const [method, url] of [
    ['GET', '/'],
    ['GET', '/debug/pprof?seconds=1'],
    ['POST', '/metrics'],
  ] as const) {
    const answer = await app.inject({ method, url });
    assert.equal(answer.statusCode, 404);
    assert.match(answer.headers['content-type'] ?? '', /^application\/problem\+json/);
    assert.deepEqual(answer.json(), {
      type: 'urn:liveroom:problem:unknown-path',
      title: 'No such path',
      status: 404,
      detail:
        'There are /metrics, /stats, /stats/viewers, /livez, /readyz and /healthz, to GET. ' +
        'WHIP, WHEP and the pages are at another port, 8080 unless told otherwise.',
    });
  }
});
