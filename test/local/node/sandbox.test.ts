import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { NodeContext } from '#local/node/context.ts';
import type { Pod } from '#local/node/objects.ts';
import { refreshAnnotation, sandbox } from '#local/node/sandbox.ts';
import { kubeClient } from '#operator/cluster/client/client.ts';

const annotation = 'liveroom.dev/media-address';

/** A pod with a host port and a file that shows an annotation. */
const aPod = (annotations: Record<string, string>): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'room', namespace: 'default', uid: 'uid-of-room', annotations },
  spec: {
    containers: [
      {
        name: 'main',
        image: 'liveroom.dev/test:0.1.0',
        ports: [{ name: 'media', containerPort: 7882, hostPort: 7000, protocol: 'UDP' }],
      },
    ],
    volumes: [
      {
        name: 'pod',
        downwardAPI: { items: [{ path: 'address', fieldRef: { fieldPath: `metadata.annotations['${annotation}']` } }] },
      },
    ],
  },
});

test('an annotation that arrives while the volumes are made is in them at the next look, not in a minute', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'sandbox-'));
  const client = kubeClient({ server: 'https://127.0.0.1:1' });
  const context: NodeContext = {
    ...{ client, directory, address: '127.0.0.1', images: {}, apiServer: { host: '127.0.0.1', port: 1 } },
    ...{ nodeBinary: process.execPath, refreshEveryMs: 60_000, now: () => 1_000, random: () => 0.5 },
    pool: { take: () => '127.0.0.1', release: () => undefined },
    report: () => undefined,
    log: () => undefined,
    openHostPort: async () => {
      const socket = createSocket('udp4').bind(0, '127.0.0.1');
      await once(socket, 'listening');
      box.refreshSoon();
      return socket;
    },
  };
  const box = sandbox(directory, context);
  try {
    await box.prepare(aPod({}));
    assert.deepEqual(box.seen(), { isPrepared: true, prepareAt: 0, refreshAt: 1_000 });
    await box.refresh(aPod({ [annotation]: '192.0.2.1:7000' }));
    assert.equal(await readFile(join(box.volumes, 'pod', 'address'), 'utf8'), '192.0.2.1:7000');
    assert.equal(box.seen().refreshAt, 61_000);
    await box.refresh(aPod({ [refreshAnnotation]: '2' }));
    assert.equal(box.seen().refreshAt, 3_000, 'a pod may ask for more');
  } finally {
    box.release();
    await client.close();
    await rm(directory, { recursive: true });
  }
});
