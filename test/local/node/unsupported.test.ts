import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { unsupported } from '#local/node/unsupported.ts';
import { aContainer, seenPod } from './seen-pod.ts';

const refused: readonly (readonly [string, ReturnType<typeof seenPod>, RegExp])[] = [
  ['the network of the host', seenPod({ hostNetwork: true }), /^spec\.hostNetwork: /],
  ['other volumes', seenPod({ volumes: [{ name: 'v', hostPath: { path: '/' } }] }), /^spec\.volumes\[0\]\.hostPath: /],
  [
    'other projections',
    seenPod({ volumes: [{ name: 'v', projected: { sources: [{ clusterTrustBundle: { path: 'x' } }] } }] }),
    /projected\.sources\.clusterTrustBundle/,
  ],
  [
    'a gRPC probe',
    seenPod({ containers: [aContainer('main', { livenessProbe: { grpc: { port: 1 } } })] }),
    /^spec\.containers\[0\]\.livenessProbe\.grpc: use httpGet/,
  ],
  [
    'a field that is not known',
    seenPod({
      containers: [
        aContainer('main', { env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'spec.nothing' } } }] }),
      ],
    }),
    /env\[0\]\.valueFrom\.fieldRef\.fieldPath: A: /,
  ],
  [
    'a sidecar among init containers',
    seenPod({ initContainers: [aContainer('s', { restartPolicy: 'Always' })] }),
    /sidecar/,
  ],
  [
    'a working directory of the image',
    seenPod({ containers: [aContainer('m', { workingDir: '/app' })] }),
    /workingDir/,
  ],
];

describe('what the node refuses', () => {
  test('nothing of a plain pod', () => assert.deepEqual(unsupported(seenPod()), []));
  for (const [what, refusedPod, says] of refused) {
    test(what, () => {
      const findings = unsupported(refusedPod);
      assert.equal(findings.length, 1);
      assert.match(findings[0] ?? '', says);
    });
  }
});
