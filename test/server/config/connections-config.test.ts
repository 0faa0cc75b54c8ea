import assert from 'node:assert/strict';
import { test } from 'node:test';
import { argumentsConfig, podConfig } from '#server/config/config.ts';

const pod = { POD_IP: '10.42.0.7', ROOMS_FILE: '/etc/liveroom/room/rooms.yaml' };

test('how many connections there may be is a number, which leaves room for some viewers', () => {
  const most = (count: string) => podConfig({ ...pod, MAX_CONNECTIONS: count }).maxConnections;
  assert.equal(podConfig(pod).maxConnections, 10_000);
  assert.equal(most('500'), 500);
  assert.equal(argumentsConfig(['r.yaml', '--max-connections', '20000'])?.maxConnections, 20_000);
  for (const bad of ['0', '99', '1000000', 'many', ''])
    assert.throws(() => most(bad), /MAX_CONNECTIONS must be a whole number from 100 to 999999/, bad);
});
