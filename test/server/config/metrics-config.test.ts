import assert from 'node:assert/strict';
import { test } from 'node:test';
import { argumentsConfig, podConfig } from '#server/config/config.ts';
import { ConfigError } from '#server/config/config-error.ts';

const pod = { POD_IP: '10.244.1.5', ROOMS_FILE: '/etc/liveroom/room/rooms.yaml' };
const says = (message: RegExp) => (error: unknown) => error instanceof ConfigError && message.test(error.message);

test('metrics are plain unless somebody chooses otherwise', () => {
  const plain = { prefix: '', constLabels: {}, hasDefaults: true, reuseMs: 250 };
  assert.deepEqual(podConfig(pod).metrics, plain);
  assert.deepEqual(argumentsConfig(['rooms.yaml'])?.metrics, plain);
});

test('a prefix, labels and the default metrics are chosen by the environment or by options', () => {
  const chosen = { prefix: 'acme_', constLabels: { cluster: 'east', team: 'a=b' }, hasDefaults: false, reuseMs: 250 };
  const labels = 'cluster=east, team=a=b,';
  const env = { METRICS_PREFIX: 'acme_', METRICS_CONST_LABELS: labels, METRICS_DEFAULT: 'off' };
  assert.deepEqual(podConfig({ ...pod, ...env }).metrics, chosen);
  const options = ['--metrics-prefix', 'acme_', '--metrics-labels', labels, '--metrics-default', 'off'];
  assert.deepEqual(argumentsConfig(['rooms.yaml', ...options])?.metrics, chosen);
});

for (const [env, message] of [
  [{ METRICS_PREFIX: '9lives_' }, /^METRICS_PREFIX must begin the name of a metric, such as acme_, not 9lives_/],
  [{ METRICS_CONST_LABELS: 'cluster' }, /^METRICS_CONST_LABELS must be labels, such as cluster=east/],
  [{ METRICS_CONST_LABELS: 'room=x' }, /cannot have the label room: metrics have it already/],
  [{ METRICS_CONST_LABELS: 'le=1' }, /label le/],
  [{ METRICS_CONST_LABELS: '__name__=x' }, /label __name__/],
  [{ METRICS_DEFAULT: 'maybe' }, /^METRICS_DEFAULT must be on or off, not maybe/],
] as const)
  test(`${Object.entries(env).join()} is refused`, () => {
    assert.throws(() => podConfig({ ...pod, ...env }), says(message));
  });
