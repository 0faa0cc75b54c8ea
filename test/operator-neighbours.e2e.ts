import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { label } from '#crds/contract.ts';
import type { KubeObject, Pod } from '#operator/kube.ts';
import { policyAgainst, webhookAway } from '#test/harness/admission-rules.ts';
import { eventually } from '#test/harness/eventually.ts';
import { type OperatedCluster, operatedCluster } from '#test/harness/operated-cluster.ts';
import { aRoom } from '#test/harness/room.ts';

/** The operator among what others have and allow in the cluster. */

describe('the operator, among others,', () => {
  let on: OperatedCluster;
  before(async () => {
    on = await operatedCluster();
  });
  afterEach(() => on.tidy());
  after(() => on?.stop());

  test('leaves a stranger’s Service and Secret alone, and goes on when they are gone', async () => {
    await on.start();
    const at = await on.namespace('taken');
    const metadata = { name: 'keynote', namespace: at, labels: { owner: 'somebody' } };
    const spec = { ports: [{ port: 5432 }], selector: { app: 'database' } };
    await on.kube.apply({ apiVersion: 'v1', kind: 'Service', metadata, spec });
    const secret = { name: 'keynote-tokens', namespace: at };
    await on.kube.apply({ apiVersion: 'v1', kind: 'Secret', metadata: secret, stringData: { publish: 'mine' } });
    const before = await on.kube.get<KubeObject>('service', 'keynote', '-n', at);
    await on.kube.apply(aRoom('keynote', {}, at));
    assert.match(
      await on.says('keynote', at, 'Accepted=False/NameConflict'),
      /Secret taken\/keynote-tokens .*secretRef/,
    );
    /** Others' objects are not watched, and looked at once a minute; an edit of the room is. */
    const edit = (maxSubscribers: number) => on.kube.apply(aRoom('keynote', { play: { maxSubscribers } }, at));
    await on.kube.run(['delete', 'secret', 'keynote-tokens', '-n', at]);
    await edit(7);
    await eventually('the next conflict', async () =>
      /Service taken\/keynote exists/.test(await on.says('keynote', at, 'Accepted=False/NameConflict')),
    );
    assert.deepEqual(await on.kube.get('service', 'keynote', '-n', at), before);
    assert.deepEqual(await on.pods(at), []);
    await on.kube.run(['delete', 'service', 'keynote', '-n', at]);
    await edit(8);
    await on.says('keynote', at, 'Accepted=True/Accepted');
  });

  test('finds a Secret that is made after the room that names it', async () => {
    await on.start();
    const at = await on.namespace('secrets');
    const auth = { secretRef: { name: 'mine', key: 'token' } };
    await on.kube.apply(aRoom('keynote', { publish: { auth }, play: { auth: { mode: 'None' } } }, at));
    assert.match(
      await on.says('keynote', at, 'Accepted=False/InvalidSecretRef'),
      /spec\.publish\.auth\.secretRef.*mine/,
    );
    await on.kube.run(['create', 'secret', 'generic', 'mine', '-n', at, '--from-literal=token=abc']);
    await on.says('keynote', at, 'Accepted=True/Accepted');
    assert.equal(await on.kube.get('secret', 'keynote-tokens', '-n', at), undefined);
  });

  test('makes the tokens once, and adds only what is missing', async () => {
    await on.start();
    const at = await on.namespace('tokens');
    await on.kube.apply(aRoom('keynote', { play: { auth: { mode: 'None' } } }, at));
    const tokens = () => on.kube.get<{ data: Record<string, string> }>('secret', 'keynote-tokens', '-n', at);
    const first = await eventually('a token', tokens);
    assert.deepEqual(Object.keys(first.data), ['publish']);
    await on.kube.apply(aRoom('keynote', {}, at));
    const second = await eventually('two tokens', async () => {
      const now = await tokens();
      return now?.data['play'] !== undefined && now;
    });
    assert.equal(second.data['publish'], first.data['publish']);
  });

  test('leaves nothing of the last room of a namespace but what others made', async () => {
    await on.start();
    const at = await on.namespace('empty');
    await on.kube.apply(aRoom('keynote', {}, at));
    for (const kind of ['service', 'networkpolicy'])
      await eventually(`the namespace’s ${kind}`, () => on.kube.get(kind, 'live-sfu', '-n', at));
    await on.kube.run(['delete', 'liveroom', 'keynote', '-n', at]);
    const onlyOthersLeft = async () => {
      // What a kubelet would do with pods that are being deleted.
      await on.kube.run(['delete', 'pods', '--all', '-n', at, '--force', '--grace-period=0']);
      const left = await on.kube.run([
        'get',
        'pods,services,secrets,configmaps,networkpolicies',
        '-n',
        at,
        '-o',
        'name',
      ]);
      return left.trim() === 'configmap/kube-root-ca.crt';
    };
    // The garbage collector looks for kinds that are new to it, as LiveRoom may be, every 30 s.
    await eventually('nothing is left', onlyOthersLeft, 60_000);
  });

  test('closes the rooms of a namespace that is deleted, and makes nothing more in it', async () => {
    const { writes } = await on.start();
    const at = await on.namespace('going');
    await on.kube.apply(aRoom('keynote', {}, at));
    await on.runOrigin(at);
    await on.says('keynote', at, 'Ready=True/Ready');
    const begin = writes.length;
    await on.kube.run(['delete', 'namespace', at, '--wait=false']);
    await eventually('the pod has 10 s', async () => {
      const [pod] = await on.pods(at);
      return pod?.metadata.deletionGracePeriodSeconds === 10;
    });
    await on.kube.run(['delete', 'pods', '--all', '-n', at, '--force', '--grace-period=0']);
    await on.kube.run(['wait', '--for=delete', `namespace/${at}`, '--timeout=30s']);
    const made = writes.slice(begin).filter((write) => !write.startsWith('DELETE'));
    assert.deepEqual(made, []);
  });

  test('keeps everybody from evicting a pod, and lets them, without another pod', async () => {
    await on.start();
    const at = await on.namespace('evicted');
    await on.kube.apply(aRoom('keynote', { drain: { eviction: 'Never' } }, at));
    const pod = await on.runOrigin(at);
    await on.says('keynote', at, 'Ready=True/Ready');
    await eventually('the budget is there', () => on.kube.get('pdb', 'live-sfu', '-n', at));
    const { name } = pod.metadata;
    const evict = () =>
      on.kube.try(
        ['create', '--raw', `/api/v1/namespaces/${at}/pods/${name}/eviction`, '-f', '-'],
        JSON.stringify({ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: at } }),
      );
    const { code, stderr } = await evict();
    assert.notEqual(code, 0);
    assert.match(stderr, /disruption budget/);
    await on.kube.apply(aRoom('keynote', { drain: { eviction: 'Always' } }, at));
    await eventually('the budget has gone', async () => (await on.kube.get('pdb', 'live-sfu', '-n', at)) === undefined);
    const marked = await eventually('the pod is marked', async () => {
      const now = await on.kube.get<Pod>('pod', name, '-n', at);
      return now?.metadata.labels?.[label.eviction] === 'Always' && now;
    });
    assert.equal(marked.metadata.annotations?.['cluster-autoscaler.kubernetes.io/safe-to-evict'], 'true');
    assert.equal((await evict()).code, 0);
    await on.runOrigin(at);
    await on.says('keynote', at, 'Ready=True/Ready');
  });

  test('says that a quota or a Pod Security level keeps the pod away, and how to go on', async () => {
    await on.start();
    const quota = await on.namespace('quota');
    const hard = { pods: '0' };
    await on.kube.apply({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'none', namespace: quota },
      spec: { hard },
    });
    await eventually('the quota counts', async () => {
      const seen = await on.kube.get<{ status?: { hard?: object } }>('resourcequota', 'none', '-n', quota);
      return seen?.status?.hard !== undefined;
    });
    await on.kube.apply(aRoom('keynote', {}, quota));
    assert.match(
      await on.says('keynote', quota, 'OriginReady=False/QuotaExceeded'),
      /exceeded quota: none.*Raise the quota/s,
    );
    assert.match(
      await on.says('keynote', quota, 'Progressing=False/RolloutStuck'),
      /No pod can be made.*exceeded quota/s,
    );

    const strict = await on.namespace('strict', { 'pod-security.kubernetes.io/enforce': 'restricted' });
    await on.kube.apply(aRoom('outside', {}, strict));
    assert.match(
      await on.says('outside', strict, 'OriginReady=False/PodSecurityForbidden'),
      /network\.media\.mode does without/,
    );
    // Without a host port the pod meets the strictest level.
    await on.kube.apply(aRoom('inside', { network: { media: { mode: 'ClusterOnly' } } }, strict));
    await on.runOrigin(strict);
    await on.says('inside', strict, 'Ready=True/Ready');
  });

  test('says what a policy has against the pod, and which webhook keeps a room from being made', async () => {
    await on.start();
    const [ruled, hooked] = [await on.namespace('ruled'), await on.namespace('hooked')];
    const rules = [...policyAgainst('pods', ruled, 'pods are made elsewhere'), webhookAway('configmaps', hooked)];
    const refusal = async (kind: string, namespace: string, rest: object = {}) => {
      const probe = { apiVersion: 'v1', kind, metadata: { name: 'probe', namespace }, ...rest };
      return (await on.kube.try(['create', '--dry-run=server', '-f', '-'], JSON.stringify(probe))).stderr;
    };
    try {
      for (const rule of rules) await on.kube.apply(rule);
      const spec = { containers: [{ name: 'a', image: 'b' }] };
      await eventually('the policy acts', async () => (await refusal('Pod', ruled, { spec })).includes('no-pods'));
      await eventually('the webhook is asked', async () => (await refusal('ConfigMap', hooked)).includes('away'));
      for (const at of [ruled, hooked]) await on.kube.apply(aRoom('keynote', {}, at));
      assert.match(
        await on.says('keynote', ruled, 'OriginReady=False/PodRejected'),
        /'no-pods'.*pods are made elsewhere\. Change what of the room the rule is about/,
      );
      assert.match(
        await on.says('keynote', hooked, 'Accepted=False/ObjectRejected'),
        /failed calling webhook "away\.example\.com".*Whoever runs that webhook/s,
      );
    } finally {
      for (const { kind, metadata } of rules) await on.kube.run(['delete', kind, metadata.name]);
    }
    await eventually('nobody is asked any more', async () => (await refusal('ConfigMap', hooked)) === '');
    // An edit does not wait for the next try.
    await on.kube.apply(aRoom('keynote', { play: { maxSubscribers: 7 } }, hooked));
    await on.runOrigin(hooked);
    await on.says('keynote', hooked, 'Ready=True/Ready');
  });

  test('tells of each transition in one Event', async () => {
    await on.start();
    const at = await on.namespace('events');
    await on.kube.apply(aRoom('keynote', {}, at));
    await on.runOrigin(at);
    await on.says('keynote', at, 'Progressing=False/RolloutComplete');
    const reasons = async () => {
      const found = await on.kube.get<{ items: { reason: string; involvedObject: { kind: string } }[] }>(
        'events',
        '-n',
        at,
      );
      return (found?.items ?? [])
        .filter(({ involvedObject }) => involvedObject.kind === 'LiveRoom')
        .map(({ reason }) => reason);
    };
    await eventually('the last Event', async () => (await reasons()).includes('Ready'));
    assert.deepEqual(await reasons(), ['Ready']);
  });
});
