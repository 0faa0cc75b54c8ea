import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withDefaults } from '#crds/defaults.ts';
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
