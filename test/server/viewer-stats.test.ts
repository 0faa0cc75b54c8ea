import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { eventually } from '#test/harness/eventually.ts';
import { type Running, running } from './running.ts';
import { type UdpClient, udpClient } from './udp-client.ts';

describe('viewers one by one, on the internal port', () => {
  let at: Running;
  let clients: UdpClient[];
  before(async () => {
    at = await running('rooms: [{name: stage}, {name: empty}]');
    clients = [await udpClient(at, '/default/stage/whip')];
    for (let i = 0; i < 2; i++) clients.push(await udpClient(at, '/default/stage/whep'));
    await eventually('all are connected', () => clients.every((client) => client.isConnected()));
  });
  after(async () => {
    for (const client of clients) client.stop();
    await at.stop();
  });
  const told = async (query: string) => (await at.inside(`/stats/viewers${query}`)).json();

  test('each is told of by the first characters of its session, with what is known of its link', async () => {
    const { total, viewers } = (await told('?room=default/stage')) as { total: number; viewers: { session: string }[] };
    assert.equal(total, 2);
    const ids = clients.slice(1).map(({ location }) => location.split('/').at(-1)?.slice(0, 6));
    assert.deepEqual(new Set(viewers.map(({ session }) => session)), new Set(ids));
    const [viewer] = viewers.map(({ session: _, ...rest }) => ({ ...rest, silentForSeconds: 0 }));
    assert.deepEqual(viewer, {
      room: 'default/stage',
      lossRatio: 0,
      silentForSeconds: 0,
      isGone: false,
      isHeldBack: false,
    });
  });

  test('no more are told of than was asked for, and it is said how many there are', async () => {
    const { total, viewers } = (await told('?limit=1')) as { total: number; viewers: unknown[] };
    assert.deepEqual([total, viewers.length], [2, 1]);
    assert.deepEqual(await told('?room=default/empty'), { total: 0, viewers: [] });
    for (const limit of ['0', '1001', 'all', '1.5'])
      assert.equal((await at.inside(`/stats/viewers?limit=${limit}`)).status, 400, limit);
  });

  test('a room that is not there has no empty list: it is 404, and said how rooms are named', async () => {
    for (const room of ['stage', 'default/nowhere', '']) {
      const answer = await at.inside(`/stats/viewers?room=${room}`);
      assert.equal(answer.status, 404, room);
      assert.match(await answer.text(), /NAMESPACE\/NAME, as \/stats has them/);
    }
  });
});
