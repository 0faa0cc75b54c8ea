import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Cluster, startCluster } from '#local/cluster.ts';
import { eventually } from '#test/harness/eventually.ts';
import { type Kubectl, kubectl } from '#test/harness/kubectl.ts';
import { processesOf } from '#test/harness/processes.ts';
import { isReady, type Look, lookAt } from './look.ts';
import { aPod, configMap, secret, service } from './objects.ts';

const liveness = { httpGet: { path: '/health', port: 'http' }, periodSeconds: 1, failureThreshold: 3 };

/** Real pods on a real control plane: how they start, fail and end. */
describe('the life of a pod', () => {
  let cluster: Cluster;
  let kube: Kubectl;
  let look: Look;

  before(async () => {
    cluster = await startCluster();
    kube = kubectl(cluster.kubectlFile, cluster.kubeconfigFile, cluster.clientConfig);
    look = lookAt(cluster, kube);
    await kube.apply(configMap('settings', { 'a.yaml': 'one', LEVEL: 'debug' }));
    await kube.apply(secret('keys', { token: 'secret' }));
  });
  after(() => cluster?.stop());

  test('restarts a failed container at once, then backs off, and keeps the log of the run before', async () => {
    await kube.apply(aPod('crash'));
    await kube.apply(service('crash'));
    await look.reached('crash');
    await look.ask('crash', 'exit/3', { method: 'POST' });
    const restarted = await eventually('it was restarted', async () => {
      const found = await look.reached('crash');
      return found.status?.containerStatuses?.[0]?.restartCount === 1 ? found : undefined;
    });
    const last = restarted.status?.containerStatuses?.[0]?.lastState?.terminated;
    assert.deepEqual([last?.exitCode, last?.reason], [3, 'Error']);
    await look.ask('crash', 'exit/4', { method: 'POST' });
    const { message } = await look.waiting('crash', 'CrashLoopBackOff');
    assert.match(message ?? '', /^back-off 10s restarting failed container=main pod=crash_default/);
    await look.said('crash', 'BackOff', /back-off 10s/);
    assert.match(await kube.run(['logs', 'crash', '--previous']), /listening/);
  });

  test('takes a pod that is not ready out of its Service, and restarts one that does not live', async () => {
    await kube.apply(aPod('ill', { container: { livenessProbe: liveness } }));
    await kube.apply(service('ill'));
    await look.reached('ill');
    await look.ask('ill', 'unhealthy', { method: 'POST' });
    const refusal = await eventually('the front door finds nobody', async () => {
      const response = await look.ask('ill', 'env');
      return response.status === 503 ? response : undefined;
    });
    assert.equal(refusal.headers.get('content-type'), 'application/problem+json');
    assert.match(((await refusal.json()) as { detail: string }).detail, /No pod of Service default\/ill is ready/);
    await eventually('it was restarted', async () => {
      const found = await look.pod('ill');
      return found?.status?.containerStatuses?.[0]?.restartCount === 1 && isReady(found);
    });
    await look.said('ill', 'Unhealthy', /Liveness probe failed: HTTP probe failed with statuscode: 503/);
    await look.said('ill', 'Killing', /failed its liveness probe/);
  });

  test('lets a deleted pod end: SIGTERM, still served, its files frozen, then gone', async () => {
    const env = [{ name: 'EXIT_AFTER_MS', value: '60000' }];
    await kube.apply(aPod('going', { env, spec: { terminationGracePeriodSeconds: 60 } }));
    await kube.apply(service('going'));
    await look.ready('going');
    await kube.run(['delete', 'pod', 'going', '--wait=false']);
    await eventually('it was told', async () => /SIGTERM/.test(await kube.run(['logs', 'going'])));
    await kube.run(['patch', 'configmap', 'settings', '-p', '{"data":{"a.yaml":"two"}}']);
    await kube.run(['annotate', 'pod', 'going', 'liveroom.dev/media-address=late']);
    assert.equal(isReady(await look.pod('going')), true);
    assert.equal(await (await look.ask('going', 'files/settings/a.yaml')).text(), 'one');
    assert.notEqual(await (await look.ask('going', 'files/pod/media-address')).text(), 'late');
    await look.ask('going', 'exit/0', { method: 'POST' });
    await eventually('it is gone', async () => (await look.pod('going')) === undefined);
  });

  test('kills what outlives its grace period, which a later deletion shortens', async () => {
    await kube.apply(
      aPod('stubborn', {
        env: [{ name: 'EXIT_AFTER_MS', value: '60000' }],
        spec: { terminationGracePeriodSeconds: 60 },
      }),
    );
    await look.ready('stubborn');
    await kube.run(['delete', 'pod', 'stubborn', '--wait=false']);
    await eventually('it was told', async () => /SIGTERM/.test(await kube.run(['logs', 'stubborn'])));
    await kube.run(['delete', 'pod', 'stubborn', '--wait=false', '--grace-period=1']);
    await eventually('it is gone', async () => (await look.pod('stubborn')) === undefined);
  });

  test('runs init containers first, and keeps how a pod ended', async () => {
    const mounts = { volumeMounts: [{ name: 'files', mountPath: '/scratch' }] };
    const shell = (script: string) => ({ image: 'liveroom.dev/test:0.1.0', command: ['sh', '-c', script], ...mounts });
    const { containers: _, ...rest } = aPod('job').spec;
    const spec = {
      ...rest,
      restartPolicy: 'Never',
      volumes: [{ name: 'files', emptyDir: {} }],
      initContainers: [{ name: 'init', ...shell('echo made > /scratch/made') }],
      containers: [
        { name: 'good', ...shell('cat /scratch/made > /dev/termination-log') },
        { name: 'bad', ...shell('echo so it is >&2; exit 7'), terminationMessagePolicy: 'FallbackToLogsOnError' },
      ],
    };
    await kube.apply({ ...aPod('job'), spec });
    const over = await eventually('it is over', async () => {
      const found = await look.pod('job');
      return found?.status?.phase === 'Failed' ? found : undefined;
    });
    const ends = over.status?.containerStatuses?.map(({ state }) => state?.terminated);
    assert.deepEqual(
      ends?.map((end) => [end?.exitCode, end?.message?.trim()]),
      [
        [0, 'made'],
        [7, 'so it is'],
      ],
    );
  });

  test('kills a pod at once that is gone from the API, however long it wants to live', async () => {
    await kube.apply(aPod('lost', { env: [{ name: 'EXIT_AFTER_MS', value: '60000' }] }));
    await look.ready('lost');
    assert.equal((await processesOf('lost')).length, 1);
    await kube.run(['delete', 'pod', 'lost', '--grace-period=0', '--force']);
    await eventually('its process is gone', async () => (await processesOf('lost')).length === 0);
  });

  test('goes on when its node was declared dead, as after a sleep of the machine', async () => {
    await kube.apply(aPod('sleeper'));
    await look.ready('sleeper');
    const dead = { status: { conditions: [{ type: 'Ready', status: 'Unknown' }] } };
    await kube.run(['patch', 'node', 'local', '--subresource=status', '-p', JSON.stringify(dead)]);
    await kube.run(['wait', 'node/local', '--for=condition=Ready', '--timeout=20s']);
    await look.ready('sleeper');
    assert.equal((await look.pod('sleeper'))?.status?.containerStatuses?.[0]?.restartCount, 0);
  });
});
