import assert from 'node:assert/strict';
import { test } from 'node:test';
import { originPod } from '#operator/build/origin-pod.ts';
import { specHash } from '#operator/build/spec-hash.ts';
import { config, storedRoom } from '../objects.ts';

test('a pod gets the settings that the installation chooses, and is another pod with others', () => {
  const chosen = { ...config, podEnv: { METRICS_DEFAULT: 'off' } };
  const [container] = originPod(storedRoom(), chosen, { replaces: '' }).spec.containers;
  assert.deepEqual(
    container.env.filter(({ name }) => name.startsWith('METRICS_')),
    [{ name: 'METRICS_DEFAULT', value: 'off' }],
  );
  assert.notEqual(specHash(storedRoom(), chosen), specHash(storedRoom(), config));
});
