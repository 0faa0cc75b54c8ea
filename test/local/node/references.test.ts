import assert from 'node:assert/strict';
import { test } from 'node:test';
import { references } from '#local/node/references.ts';
import { aContainer, seenPod } from './seen-pod.ts';

test('references: volumes and variables name what has to be read, each once', () => {
  const found = references(
    seenPod({
      volumes: [
        { name: 'a', configMap: { name: 'c' } },
        {
          name: 'b',
          projected: { sources: [{ serviceAccountToken: { path: 't', audience: 'x' } }, { secret: { name: 's' } }] },
        },
      ],
      initContainers: [aContainer('init', { envFrom: [{ configMapRef: { name: 'c' } }] })],
      containers: [aContainer('main', { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'k', key: 'x' } } }] })],
    }),
  );
  assert.deepEqual([...found.configMaps], ['c']);
  assert.deepEqual([...found.secrets], ['s', 'k']);
  assert.deepEqual(found.tokens, [{ audience: 'x', expirationSeconds: undefined }]);
});
