import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '#test/harness/eventually.ts';
import { running } from '#test/server/running.ts';
import { serverContender } from './server-contender.ts';

test('a whole server forwards numbered packets to each of its viewers, for one listener after the other', async (t) => {
  const at = await running('rooms: [{name: stage, publish: {codecs: [VP8]}}]');
  t.after(() => at.stop());
  const { port } = at.server.local.http;
  const place = { origin: `http://127.0.0.1:${port}`, room: '/default/stage' };
  const usage = async () => ({ cpuMicroseconds: 0, forwarded: 0 });
  const contender = await serverContender({ usage }, place, { subscribers: 2, payloadBytes: 1200 });
  t.after(() => contender.stop());
  assert.equal(contender.downSockets.length, 2);
  for (const count of [5, 7]) {
    const heard: number[] = [];
    contender.onDelivered((number) => heard.push(number));
    for (let i = 0; i < count; i++) contender.publish(i);
    await eventually('all have come to both', () => heard.length === 2 * count);
    assert.deepEqual(
      heard.toSorted((one, other) => one - other),
      Array.from({ length: 2 * count }, (_, i) => Math.floor(i / 2)),
    );
  }
});
