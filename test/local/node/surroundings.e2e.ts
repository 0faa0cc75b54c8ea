import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { type Cluster, startCluster } from '#local/cluster.ts';
import { eventually } from '#test/harness/eventually.ts';
import { type Kubectl, kubectl } from '#test/harness/kubectl.ts';
import { type Look, lookAt } from './look.ts';
import { aPod, configMap, type PodOptions, secret, service } from './objects.ts';

const refusals: Readonly<Record<string, { says: RegExp; options: PodOptions }>> = {
  Unsupported: {
    says: /spec\.volumes\[0\]\.hostPath: volumes are of the kinds configMap/,
    options: { spec: { volumes: [{ name: 'files', hostPath: { path: '/' } }] } },
  },
  ErrImagePull: { says: /stands for image "nginx:1"/, options: { container: { image: 'nginx:1' } } },
  CreateContainerConfigError: {
    says: /couldn't find key nothing in ConfigMap default\/settings/,
    options: {
      container: { env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'settings', key: 'nothing' } } }] },
    },
  },
};

/** Real pods on a real control plane: what they are given, and what they are refused. */
describe('what a pod is given', () => {
  let cluster: Cluster;
  let kube: Kubectl;
  let look: Look;

  before(async () => {
    cluster = await startCluster({ hostAddress: '127.0.0.1' });
    kube = kubectl(cluster.kubectlFile, cluster.kubeconfigFile, cluster.clientConfig);
    look = lookAt(cluster, kube);
    await kube.apply(configMap('settings', { 'a.yaml': 'one', LEVEL: 'debug' }));
    await kube.apply(secret('keys', { token: 'secret' }));
  });
  after(() => cluster?.stop());

  test('runs a pod with its environment, volumes and addresses, and answers kubectl logs', async () => {
    await kube.apply(aPod('first', { annotations: { 'liveroom.dev/media-address': '1.2.3.4:7000' } }));
    await kube.apply(service('first'));
    const found = await look.ready('first');
    assert.equal(found.status?.phase, 'Running');
    assert.equal(found.status?.observedGeneration, found.metadata.generation);
    assert.equal(found.status?.podIP, found.status?.podIPs?.[0]?.ip);

    const env = await eventually('the front door leads to it', async () => {
      const response = await look.ask('first', 'env');
      return response.ok ? ((await response.json()) as Record<string, string>) : undefined;
    });
    assert.equal(env['POD_IP'], found.status?.podIP);
    assert.equal(env['LEVEL'], 'debug');
    assert.equal(env['TOKEN'], 'secret');
    assert.equal(env['GREETING'], 'debug for first');
    assert.equal(env['MISSING'], undefined);
    assert.ok(env['KUBERNETES_SERVICE_HOST']);
    const file = async (path: string) => await (await look.ask('first', `files/${path}`)).text();
    assert.equal(await file('settings/a.yaml'), 'one');
    assert.equal(await file('pod/media-address'), '1.2.3.4:7000');
    assert.match(await file('token/token'), /^ey.*\..*\./);
    assert.match(await kube.run(['logs', 'first']), /listening/);
    assert.match(await kube.run(['logs', 'first', '--tail=1', '--timestamps']), /^\d{4}-.*Z \w/);
  });

  test('shows a changed ConfigMap at once when an annotation of the pod changes after it', async () => {
    await kube.apply(aPod('fresh'));
    await kube.apply(service('fresh'));
    await look.reached('fresh');
    await kube.run(['patch', 'configmap', 'settings', '-p', '{"data":{"a.yaml":"two"}}']);
    await kube.run(['annotate', 'pod', 'fresh', 'liveroom.dev/media-address=5.6.7.8:7001']);
    const file = async (path: string) => await (await look.ask('fresh', `files/${path}`)).text();
    await eventually('both files are new', async () => (await file('settings/a.yaml')) === 'two');
    assert.equal(await file('pod/media-address'), '5.6.7.8:7001');
  });

  test('is reached through the front door, streaming, with the client’s address', async () => {
    await kube.apply(aPod('behind'));
    await kube.apply(service('behind'));
    await look.reached('behind');
    const seen = await look.ask('behind', 'x', {
      method: 'POST',
      body: 'hello',
      headers: { 'x-forwarded-for': '9.9.9.9' },
    });
    const { headers, body } = (await seen.json()) as { headers: Record<string, string>; body: string };
    assert.equal(body, 'hello');
    assert.equal(headers['host'], new URL(cluster.httpURL).host);
    assert.equal(headers['x-forwarded-for'], '9.9.9.9, 127.0.0.1');
    assert.equal(headers['x-forwarded-proto'], 'http');

    const drip = await look.ask('behind', 'drip');
    const reader = drip.body?.pipeThrough(new TextDecoderStream()).getReader();
    assert.equal((await reader?.read())?.value, 'first\n');
    await look.ask('behind', 'on', { method: 'POST' });
    assert.equal((await reader?.read())?.value, 'last\n');
    assert.equal((await reader?.read())?.done, true);

    const nobody = await look.ask('nobody', '');
    assert.equal(nobody.status, 404);
    assert.match(((await nobody.json()) as { detail: string }).detail, /no room default\/nobody/);
  });

  test('has a log that can be followed to its end', async () => {
    await kube.apply(aPod('talker', { env: [{ name: 'EXIT_AFTER_MS', value: '4000' }] }));
    await look.ready('talker');
    const following = kube.run(['logs', '-f', 'talker']);
    await kube.run(['delete', 'pod', 'talker']);
    assert.match(await following, /listening\n(.*\n)*SIGTERM\n/);
  });

  test('carries UDP between a host port and a pod, each client apart, and reports a port that is taken', async () => {
    const taken = createSocket('udp4').unref();
    taken.bind(0, '127.0.0.1');
    await once(taken, 'listening');
    const hostPort = taken.address().port;
    const ports = [
      { name: 'http', containerPort: 8080 },
      { name: 'media', containerPort: 7882, hostPort, protocol: 'UDP' },
    ];
    await kube.apply(aPod('media', { container: { ports } }));
    await look.said('media', 'FailedCreatePodSandBox', new RegExp(`host port ${hostPort}/UDP`));
    assert.equal((await look.pod('media'))?.status?.phase, 'Pending');
    taken.close();
    await look.ready('media');

    const clients = [createSocket('udp4').unref(), createSocket('udp4').unref()];
    const answers = await Promise.all(
      clients.map(async (client, index) => {
        client.send(`hello ${index}`, hostPort, '127.0.0.1');
        const [answer] = await once(client, 'message');
        client.close();
        return String(answer);
      }),
    );
    assert.match(answers[0] ?? '', /^\d+\.\d+\.\d+\.1:\d+ hello 0$/);
    assert.match(answers[1] ?? '', /hello 1$/);
    assert.notEqual(answers[0]?.split(' ')[0], answers[1]?.split(' ')[0]);
    await kube.run(['delete', 'pod', 'media']);
    const again = createSocket('udp4');
    again.bind(hostPort, '127.0.0.1');
    await once(again, 'listening');
    again.close();
  });

  test('says what a pod waits for, and goes on when it is there', async () => {
    const volumes = [{ name: 'files', configMap: { name: 'later' } }];
    await kube.apply(aPod('patient', { spec: { volumes } }));
    await look.said('patient', 'FailedMount', /volume "files" : configmap "later" not found/);
    const state = await look.waiting('patient', 'ContainerCreating');
    assert.match(state.message ?? '', /configmap "later" not found/);
    await kube.apply(configMap('later', {}));
    await look.ready('patient');
  });

  for (const [reason, { says, options }] of Object.entries(refusals)) {
    test(`leaves a pod waiting with ${reason}`, async () => {
      const name = reason.toLowerCase();
      await kube.apply(aPod(name, options));
      assert.match((await look.waiting(name, reason)).message ?? '', says);
      await kube.run(['delete', 'pod', name, '--timeout=30s']);
    });
  }
});
