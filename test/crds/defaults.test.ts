import assert from 'node:assert/strict';
import { test } from 'node:test';
import { merged, withDefaults } from '#crds/defaults.ts';
import { specSchema } from '#crds/schema.ts';

test('a spec that an older CRD has stored gets what is new', () => {
  const { monitoring, publish } = withDefaults(specSchema, { publish: { reconnectGrace: '3s' } });
  assert.equal(monitoring.alerts.highSubscriberCount, 500);
  assert.equal(publish.reconnectGrace, '3s');
  assert.equal(publish.onConflict, 'Reject');
});

test('what is given stays, zeros and false included', () => {
  const schema = {
    type: 'object',
    properties: { count: { type: 'integer', default: 7 }, isOn: { type: 'boolean', default: true } },
  } as const;
  assert.deepEqual(withDefaults(schema, { count: 0, isOn: false }), { count: 0, isOn: false });
});

test('an optional field without a default stays absent', () => {
  assert.equal('tracing' in withDefaults(specSchema, {}), false);
});

const room = { publish: { auth: { mode: 'BearerToken' } }, play: {}, pod: { nodeSelector: {} }, monitoring: {} };

test('where a room is silent the cluster speaks, and the schema where both are', () => {
  const cluster = {
    publish: { reconnectGrace: '30s' },
    play: { maxSubscribers: 50 },
    drain: { timeout: '1m' },
    pod: { nodeSelector: { pool: 'media' }, image: 'other' },
    monitoring: { alerts: { publisherExpected: 'Always' } },
  };
  const { publish, play, drain, pod, monitoring } = withDefaults(specSchema, merged(specSchema, room, cluster));
  assert.equal(publish.reconnectGrace, '30s');
  assert.equal(play.maxSubscribers, 50);
  assert.equal(drain.timeout, '1m');
  assert.equal(monitoring.alerts.publisherExpected, 'Always');
  assert.equal(monitoring.alerts.highSubscriberCount, 500);
  assert.equal(pod.image, 'other');
  // A map is the room's as soon as it has one.
  assert.deepEqual(pod.nodeSelector, {});
});

test('what a room says stays, though the cluster says otherwise', () => {
  const own = { play: { maxSubscribers: 0 }, publish: { codecs: ['VP8'] } };
  const cluster = { play: { maxSubscribers: 50 }, publish: { codecs: ['H264', 'Opus'], onConflict: 'TakeOver' } };
  const { publish, play } = withDefaults(specSchema, merged(specSchema, own, cluster));
  assert.deepEqual([play.maxSubscribers, publish.codecs, publish.onConflict], [0, ['VP8'], 'TakeOver']);
});

test('who chooses one alternative does not get the other', () => {
  const schema = {
    type: 'object',
    alternatives: [['left'], ['right', 'wide']],
    properties: {
      left: { type: 'string' },
      right: { type: 'string' },
      wide: { type: 'string' },
      size: { type: 'integer' },
    },
  } as const;
  assert.deepEqual(merged(schema, { left: 'a' }, { right: 'b', size: 1 }), { left: 'a', size: 1 });
  assert.deepEqual(merged(schema, {}, { right: 'b', size: 1 }), { right: 'b', size: 1 });
  // Of the same one it gets the rest.
  assert.deepEqual(merged(schema, { right: 'b' }, { wide: 'c' }), { right: 'b', wide: 'c' });
});
