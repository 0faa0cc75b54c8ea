import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { operatorMetric } from '#crds/operator-metrics.ts';
import { eventually } from '#test/harness/eventually.ts';
import { type OperatedCluster, operatedCluster } from '#test/harness/operated-cluster.ts';
import { aRoom } from '#test/harness/room.ts';
import { receiver } from '#test/tracing/receiver.ts';

/** The operator as it is started, and what it tells of itself. */

describe('the operator', () => {
  let on: OperatedCluster;
  before(async () => {
    on = await operatedCluster();
  });
  afterEach(() => on.tidy());
  after(() => on?.stop());

  test('runs as a process: ready when it has listed, metrics, traces, and an end by SIGTERM', async () => {
    const at = await on.namespace('process');
    const dir = await mkdtemp(join(tmpdir(), 'operator-'));
    const collector = await receiver();
    await writeFile(join(dir, 'config.yaml'), 'images: {sfu: liveroom.dev/sfu:0.1.0}');
    const child = spawn(process.execPath, ['operator/main.ts'], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        CONFIG_FILE: join(dir, 'config.yaml'),
        KUBECONFIG: on.kubeconfigFile,
        POD_IP: '127.77.0.8',
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.grpcURL,
      },
    });
    const ended = once(child, 'exit');
    const get = (path: string) => fetch(`http://127.77.0.8:9090${path}`);
    try {
      await eventually('it is ready', async () => (await get('/readyz')).ok);
      await on.kube.apply(aRoom('keynote', {}, at));
      await on.runOrigin(at);
      await on.says('keynote', at, 'OriginReady=True/OriginReady');
      // A room can say that it is ready while the reconcile that made it so is under way, and is not counted yet.
      const isCounted = /^controller_runtime_reconcile_total\{controller="liveroom",result="\w+"\} [1-9]/m;
      const metrics = await eventually('a reconcile of the room is counted', async () => {
        const text = await (await get('/metrics')).text();
        return isCounted.test(text) && text;
      });
      assert.match(metrics, /^liveroom_operator_rooms [1-9]/m);
      assert.match(metrics, /^rest_client_requests_total\{code="201",method="POST",host="[^"]+"\} [1-9]/m);
      assert.match(metrics, /^liveroom_operator_watch_age_seconds\{kind="LiveRoom"\} \d/m);
      assert.match(
        metrics,
        new RegExp(`^liveroom_operator_room_ready\\{namespace="${at}",room="keynote"\\} [01]$`, 'm'),
      );
      const families = [...metrics.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name);
      assert.deepEqual(
        families.filter((name) => !/^(process|nodejs)_/.test(name)).toSorted(),
        Object.values(operatorMetric)
          .map(({ name }) => name)
          .toSorted(),
      );
      assert.equal((await get('/elsewhere')).status, 404);
      const made = await collector.span('POST /api/v1/namespaces/{namespace}/pods');
      assert.equal(made.attributes['http.response.status_code'], 201);
      const reconcile = await collector.span('reconcile liveroom', made.parentSpanId);
      assert.partialDeepStrictEqual(reconcile.attributes, { 'k8s.namespace.name': at, room: 'keynote' });
      assert.ok(await collector.span('reconcile namespace'));
    } finally {
      child.kill('SIGTERM');
      assert.deepEqual(await ended, [0, null]);
      await collector.stop();
      await rm(dir, { recursive: true });
    }
  });
});
