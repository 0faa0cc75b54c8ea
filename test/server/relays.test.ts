import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sdpOf } from './offers.ts';
import { post, running, tokens } from './running.ts';

const roomsFile = `
rooms:
  - name: plain
  - name: relayed
    iceServers: [{ urls: ['stun:stun.example.com'] }, { urls: ['turn:turn.example.com'], secret: north-of-here }]
`;
const whip = '/default/relayed/whip';

test('relays are told of in the answer and to who asks by OPTIONS, with credentials; not to a preflight (C-30)', async (t) => {
  const at = await running(roomsFile);
  t.after(() => at.stop());
  const links = (response: Response) => response.headers.get('link')?.split(', ') ?? [];
  const made = await post(at, whip, sdpOf('obs-publish'));
  const id = made.headers.get('location')?.split('/').at(-1) ?? '';
  const [stun, turn = ''] = links(made);
  assert.equal(stun, '<stun:stun.example.com>; rel="ice-server"');
  const [, user, credential = ''] =
    /^<turn:turn.example.com>; rel="ice-server"; username="\d+:([\w-]+)"; credential="(\S+)"/.exec(turn) ?? [];
  assert.equal(user, id.slice(0, 6));
  const authorization = { Authorization: `Bearer ${tokens.publish}` };
  const options = (headers: Record<string, string>) => at.fetch(whip, { method: 'OPTIONS', headers });
  assert.equal(links(await options(authorization)).length, 2);
  assert.deepEqual(links(await options({})), []);
  assert.deepEqual(links(await options({ ...authorization, 'Access-Control-Request-Method': 'POST' })), []);
  assert.equal((await options({ Authorization: 'Bearer wrong' })).status, 401);
  assert.deepEqual(links(await at.fetch('/default/plain/whip', { method: 'OPTIONS', headers: authorization })), []);
  assert.match((await options({})).headers.get('access-control-expose-headers') ?? '', /Link/);
  const log = JSON.stringify(at.log);
  assert.ok(credential !== '' && !log.includes(credential) && !log.includes('north-of-here'));
  assert.equal((await at.fetch(`${whip}/${id}`, { method: 'DELETE', headers: authorization })).status, 200);
});

test('who asks for relays over and over is told 429 before its token is looked at; preflights are not counted', async (t) => {
  const at = await running(roomsFile, { joinsPerSecondPerAddress: 1 });
  t.after(() => at.stop());
  const status = async (headers: Record<string, string>) =>
    (await at.fetch(whip, { method: 'OPTIONS', headers })).status;
  const asks = { Authorization: `Bearer ${tokens.publish}` };
  for (let i = 0; i < 20; i++) assert.equal(await status({}), 204);
  for (let i = 0; i < 10; i++) assert.equal(await status(asks), 204);
  assert.equal(await status(asks), 429);
  assert.equal(await status({ ...asks, 'Access-Control-Request-Method': 'POST' }), 204);
});
