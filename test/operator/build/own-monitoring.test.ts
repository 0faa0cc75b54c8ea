import { join } from 'node:path';
import { test } from 'node:test';
import { stringify } from 'yaml';
import { ownMonitoring } from '#operator/build/own-monitoring.ts';
import { config } from '../objects.ts';

test('objects by which the operator itself is monitored', (t) => {
  const metadata = { name: 'liveroom-operator', namespace: 'liveroom-system', uid: 'uid-of-the-service' };
  const objects = ownMonitoring({ apiVersion: 'v1', kind: 'Service', metadata }, config);
  const asYaml = () => objects.map((object) => stringify(object, { lineWidth: 0 })).join('---\n');
  t.assert.fileSnapshot(objects, join(import.meta.dirname, '../../golden/own-monitoring.yaml'), {
    serializers: [asYaml],
  });
});
