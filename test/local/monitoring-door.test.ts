import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { monitoringDoor, plotsPath } from '#local/monitoring/door.ts';
import { portOf } from '#local/sockets.ts';
import { kubeClient } from '#operator/cluster/client/client.ts';

const root = join(import.meta.dirname, '../..');

/** Asks a door, behind which there is no Prometheus yet, for a path as it is. */
async function doorWithoutPrometheus(t: TestContext) {
  const client = kubeClient({ server: 'http://127.0.0.1:1' });
  const door = monitoringDoor({ client, pods: () => [], log: () => {} }, root);
  door.server.listen(0, '127.0.0.1');
  await once(door.server, 'listening');
  t.after(async () => {
    door.close();
    await client.close();
  });
  return async (path: string) => {
    const asked = get({ port: portOf(door.server), host: '127.0.0.1', path, agent: false });
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    return { status: answer.statusCode, headers: answer.headers, body: await text(answer) };
  };
}

test('the page of plots is there before Prometheus is, with every file that it names', async (t) => {
  const ask = await doorWithoutPrometheus(t);
  const { status, body } = await ask(plotsPath);
  assert.equal(status, 200);
  const named = [...body.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, file = '']) => file);
  assert.ok(named.length >= 5);
  for (const file of named) assert.equal((await ask(plotsPath + file)).status, 200, file);
  assert.ok(JSON.parse((await ask(`${plotsPath}queries.json?again`)).body).plots.length > 0);
});

test('the page runs no scripts but its own, asks nobody but Prometheus, and is framed by nobody', async (t) => {
  const { headers } = await (await doorWithoutPrometheus(t))(plotsPath);
  const policy = headers['content-security-policy'] as string | undefined;
  for (const directive of ["script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'", "default-src 'none'"])
    assert.ok(policy?.split('; ').includes(directive), directive);
  assert.equal(headers['x-content-type-options'], 'nosniff');
});

test('other files of the project are not to be had', async (t) => {
  const ask = await doorWithoutPrometheus(t);
  for (const file of ['package.json', '../package.json', 'local/monitoring/page/tsconfig.json', 'local/start.ts'])
    assert.equal((await ask(plotsPath + file)).status, 404, file);
});

test('every other path is for Prometheus, be it no URL at all', async (t) => {
  const ask = await doorWithoutPrometheus(t);
  for (const path of ['/', '/api/v1/query?query=up', '/plots', '//', '/%'])
    assert.match((await ask(path)).body, /no Service monitoring\/prometheus-operated/, path);
});
