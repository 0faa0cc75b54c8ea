import assert from 'node:assert/strict';
import { test } from 'node:test';
import { argumentsConfig, podConfig } from '#server/config/config.ts';

const pod = { POD_IP: '10.42.0.7', ROOMS_FILE: '/etc/liveroom/room/rooms.yaml' };

test('how busy a thread may be before viewers are refused is a percentage, or no matter (C-29)', () => {
  const limit = (percent: string) => podConfig({ ...pod, BUSY_LIMIT_PERCENT: percent }).busyLimitRatio;
  assert.equal(podConfig(pod).busyLimitRatio, 0.9);
  assert.equal(limit('75'), 0.75);
  assert.equal(argumentsConfig(['r.yaml', '--busy-limit', '0'])?.busyLimitRatio, Number.POSITIVE_INFINITY);
  for (const bad of ['101', '10', '0.9', 'busy', ''])
    assert.throws(() => limit(bad), /BUSY_LIMIT_PERCENT must be 0 or 20 to 100/, bad);
});
