import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, afterEach, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { annotation, label } from '#crds/contract.ts';
import { ensureBinaries } from '#local/binaries/ensure.ts';
import { terminalProgress } from '#local/progress.ts';
import type { Secret } from '#operator/kube.ts';
import { eventually } from '#test/harness/eventually.ts';
import { type OperatedCluster, operatedCluster } from '#test/harness/operated-cluster.ts';
import { aRoom } from '#test/harness/room.ts';

/** Which rooms an operator looks after, with which rights, and what it is told by marks on them. */

describe('the operator, within its scope,', () => {
  let on: OperatedCluster;
  let helm: string;
  before(async () => {
    const progress = terminalProgress(process.stderr);
    ({ helm } = await ensureBinaries({ want: ['helm'] as const, env: process.env, progress }));
    on = await operatedCluster();
  });
  afterEach(() => on.tidy());
  after(() => on?.stop());

  test('makes a token anew whose key was deleted, as soon as the room is marked, and shows it to the pod', async () => {
    await on.start();
    const at = await on.namespace('renewed');
    await on.kube.apply(aRoom('keynote', {}, at));
    const pod = await on.runOrigin(at);
    await on.says('keynote', at, 'Ready=True/Ready');
    const tokens = async () => (await on.kube.get<Secret>('secret', 'keynote-tokens', '-n', at))?.data ?? {};
    const before = await tokens();
    const taken = JSON.stringify([{ op: 'remove', path: '/data/publish' }]);
    await on.kube.run(['patch', 'secret', 'keynote-tokens', '-n', at, '--type=json', '-p', taken]);
    await on.kube.run(['annotate', 'liveroom', 'keynote', '-n', at, `${annotation.renewTokens}=today`]);
    await eventually('another token', async () => {
      const { publish } = await tokens();
      return publish !== undefined && publish !== before['publish'];
    });
    assert.equal((await tokens())['play'], before['play']);
    await eventually('the pod is told', async () => {
      const [now] = await on.pods(at);
      assert.equal(now?.metadata.uid, pod.metadata.uid);
      return now?.metadata.annotations?.[annotation.tokensVersion] !== undefined;
    });
  });

  test('leaves the rooms of another id alone, and takes one over with its pod when it is given the id', async () => {
    const first = await on.start();
    const canary = await on.start({ config: { id: 'canary' } });
    const at = await on.namespace('shared');
    const marked = aRoom('trial', {}, at);
    await on.kube.apply(aRoom('keynote', {}, at));
    const pod = await on.runOrigin(at);
    await on.kube.apply({ ...marked, metadata: { ...marked.metadata, labels: { [label.operator]: 'canary' } } });
    await on.runOrigin(at);
    await on.says('keynote', at, 'Ready=True/Ready');
    await on.says('trial', at, 'Ready=True/Ready');
    const about = ({ writes }: typeof first, kind: string) =>
      new Set(writes.filter((write) => write.includes(`/${at}/${kind}/`)).map((write) => write.split('/').at(-1)));
    assert.deepEqual([...about(first, 'configmaps')], ['keynote']);
    assert.deepEqual([...about(canary, 'configmaps')], ['trial']);
    // What the namespace has once is one's alone.
    assert.ok(about(first, 'services').has('live-sfu') && !about(canary, 'services').has('live-sfu'));

    await on.kube.run(['label', 'liveroom', 'keynote', '-n', at, `${label.operator}=canary`]);
    const limit = JSON.stringify({ spec: { play: { maxSubscribers: 7 } } });
    await on.kube.run(['patch', 'liveroom', 'keynote', '-n', at, '--type=merge', '-p', limit]);
    await eventually('the other writes the settings', () => about(canary, 'configmaps').has('keynote'));
    const kept = (await on.staying(at)).find(({ metadata }) => metadata.name === pod.metadata.name);
    assert.equal(kept?.metadata.uid, pod.metadata.uid);
  });

  test('looks after given namespaces by Roles in them, and says what it cannot see without a ClusterRole', async () => {
    const [at, other, home] = [await on.namespace('mine'), await on.namespace('theirs'), await on.namespace('home')];
    const grant = async (isClusterScoped: boolean) => {
      const values = { watchNamespaces: [at], 'rbac.clusterScoped': isClusterScoped };
      const given = Object.entries(values).flatMap(([path, value]) => [
        '--set-json',
        `${path}=${JSON.stringify(value)}`,
      ]);
      const shown = ['rbac', 'service-account'].flatMap((name) => ['--show-only', `templates/${name}.yaml`]);
      const args = ['template', 'live', 'charts/liveroom', '--namespace', home, ...given, ...shown];
      await on.kube.run(['apply', '-f', '-'], (await promisify(execFile)(helm, args)).stdout);
    };
    await grant(false);
    await on.start({ as: await on.account('liveroom-operator', home), config: { namespaces: [at] } });
    await on.kube.apply(aRoom('foreign', {}, other));
    await on.kube.apply(aRoom('keynote', {}, at));
    await on.runOrigin(at);
    assert.match(await on.says('keynote', at, 'OriginReady=False/AddressUnknown'), /may not list and watch nodes/);
    await on.says('keynote', at, 'Accepted=True/Accepted');
    assert.equal((await on.room('foreign', other))?.status, undefined);
    await grant(true);
    await eventually('it sees the node', () => on.says('keynote', at, 'Ready=True/Ready'), 60_000);
    await on.kube.run(['delete', 'clusterrole,clusterrolebinding', 'liveroom-operator']);
  });
});
