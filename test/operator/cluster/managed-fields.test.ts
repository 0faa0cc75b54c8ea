import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutManagedFields } from '#operator/cluster/client/managed-fields.ts';

test('managedFields are left out before an object is read, whatever is in the names of fields', () => {
  const fieldsV1 = { 'f:metadata': { 'k:{"x":"]}\\""}': { '.': {} }, 'f:[0]': {} }, 'f:spec': {} };
  const managedFields = [{ manager: 'x', fieldsV1 }, { manager: 'y' }];
  const whole = { metadata: { name: 'a', managedFields, uid: 'u' }, spec: { of: [1] } };
  assert.deepEqual(JSON.parse(withoutManagedFields(JSON.stringify(whole))), {
    metadata: { name: 'a', uid: 'u' },
    spec: { of: [1] },
  });
});

test('a text that quotes managedFields is left as it is', () => {
  const data = { a: '{"metadata":{"name":"a","managedFields":[{"manager":"x"}]}}', b: ',"managedFields":[]' };
  const text = JSON.stringify({ metadata: { name: 'a' }, data });
  assert.equal(withoutManagedFields(text), text);
});
