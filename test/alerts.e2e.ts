import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { appName, label, publicPath } from '#crds/contract.ts';
import { alert } from '#operator/build/alerts/names.ts';
import { eventually } from '#test/harness/eventually.ts';
import { type Monitored, monitored } from '#test/harness/monitored.ts';
import { processesOf } from '#test/harness/processes.ts';
import { type Product, startProduct } from '#test/harness/product.ts';
import { aRoom } from '#test/harness/room.ts';
import { type UdpClient, udpClient } from '#test/server/udp-client.ts';

/**
 * What goes wrong is seen as an alert by a real Prometheus. Beside each of our PrometheusRules stands a copy in which every
 * alert waits for a second only, and looks back half a minute instead of several; all else of it is as the operator wrote
 * it. Those of the copies are the ones that are meant here.
 */

interface PrometheusRule {
  readonly apiVersion: string;
  readonly kind: string;
  readonly spec: { readonly groups: readonly { readonly rules: readonly Rule[] }[] };
}

interface Rule {
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
}

interface List {
  readonly items: readonly { readonly metadata: { readonly name: string } }[];
}

/** Prometheus finds a new target within 10 s, and forgets one as late. */
const deadlineMs = 45_000;

const hastened = (rule: Rule): Rule => ({
  ...rule,
  expr: rule.expr.replaceAll(/\[\d+m\]/g, '[30s]'),
  ...(rule.for && { for: '1s' }),
  labels: { ...rule.labels, hastened: 'true' },
});

const ofOperator = `${label.name}=${appName.operator}`;

describe('alerts', () => {
  let product: Product;
  let prometheus: Monitored;
  const system = ['-n', 'liveroom-system'];
  const open = { publish: { auth: { mode: 'None' } }, play: { auth: { mode: 'None' } } };

  before(async () => {
    product = await startProduct({ monitoring: { interval: '1s' }, config: { monitoring: { interval: '1s' } } });
    prometheus = monitored(product);
    const alerts = { publisherExpected: 'Always', highSubscriberCount: 1 };
    await makeRoom('stage', { ...open, play: { ...open.play, maxSubscribers: 2 }, monitoring: { alerts } });
    await hasten('live-sfu', 'default');
    await hasten('liveroom-operator', 'liveroom-system');
  });
  after(() => product?.stop());

  async function makeRoom(name: string, spec: object): Promise<void> {
    await product.kube.apply(aRoom(name, spec));
    await product.kube.run(['wait', '--for=condition=Ready', `liveroom/${name}`, '--timeout=30s']);
  }

  async function hasten(name: string, namespace: string): Promise<void> {
    const look = () => product.kube.get<PrometheusRule>('prometheusrule', name, '-n', namespace);
    const { apiVersion, kind, spec } = await eventually(`PrometheusRule ${name}`, look, deadlineMs);
    const groups = spec.groups.map((group) => ({ ...group, rules: group.rules.map(hastened) }));
    await product.kube.apply({ apiVersion, kind, metadata: { name: `${name}-soon`, namespace }, spec: { groups } });
  }

  const isFiring = async (name: string, labels: Readonly<Record<string, string>>) =>
    (await prometheus.alerts()).some(
      ({ state, labels: has }) =>
        state === 'firing' &&
        has['alertname'] === name &&
        has['hastened'] === 'true' &&
        Object.entries(labels).every(([label, value]) => has[label] === value),
    );
  const fires = (name: string, labels = {}) =>
    eventually(`${name} fires`, () => isFiring(name, labels), deadlineMs).catch(withAlerts);
  const ends = (name: string, labels = {}) =>
    eventually(`${name} ends`, async () => !(await isFiring(name, labels)), deadlineMs).catch(withAlerts);
  async function withAlerts(cause: unknown): Promise<never> {
    const seen = (await prometheus.alerts()).map(({ state, labels }) => `${state} ${JSON.stringify(labels)}`);
    throw new Error(`${cause instanceof Error ? cause.message : cause}; there are:\n${seen.join('\n')}`, { cause });
  }

  const fetchOf = { fetch: (path: string, init?: RequestInit) => fetch(`${product.cluster.httpURL}${path}`, init) };
  const client = (room: string, way: 'whip' | 'whep') => udpClient(fetchOf, publicPath[way]('default', room));
  const connected = async (room: string, way: 'whip' | 'whep') => {
    const one = await client(room, way);
    await eventually('a client is connected', () => one.isConnected());
    return one;
  };
  const leave = async (one: UdpClient) => {
    await fetchOf.fetch(new URL(one.location, product.cluster.httpURL).pathname, { method: 'DELETE' });
    one.stop();
  };
  /** Sends until it is told to stop. */
  async function publish(room: string) {
    const publisher = await connected(room, 'whip');
    const timer = setInterval(() => publisher.sendKeyFrame(), 100);
    return { publisher, silence: () => clearInterval(timer) };
  }
  const podOf = async (room: string): Promise<string> => {
    const pods = await product.kube.get<List>('pods', '-l', `${label.room}=${room}`);
    return pods?.items[0]?.metadata.name ?? '';
  };
  const signal = async (pod: string, name: NodeJS.Signals) => {
    const pids = await processesOf(pod);
    assert.notEqual(pids.length, 0, `no process of ${pod}`);
    for (const pid of pids) process.kill(pid, name);
  };

  test('nobody publishes to a room that is to have a publisher, until somebody does', async () => {
    await fires(alert.roomNoPublisher, { namespace: 'default', room: 'stage', severity: 'warning' });
    const { publisher, silence } = await publish('stage');
    await ends(alert.roomNoPublisher);
    silence();
    await leave(publisher);
    await fires(alert.roomNoPublisher);
  });

  test('the encoder of a connected publisher stops', async () => {
    const { publisher, silence } = await publish('stage');
    await ends(alert.roomNoPublisher);
    assert.equal(await isFiring(alert.publisherStalled, {}), false);
    silence();
    await fires(alert.publisherStalled, { room: 'stage', severity: 'critical' });
    await leave(publisher);
  });

  test('a room fills up, and empties', async () => {
    const { publisher, silence } = await publish('stage');
    const first = await connected('stage', 'whep');
    await eventually(
      'one subscriber is seen',
      async () => (await prometheus.query('live_subscribers{room="stage"} == 1')).length === 1,
    );
    assert.equal(await isFiring(alert.roomHighSubscriberCount, {}), false);
    const second = await connected('stage', 'whep');
    await fires(alert.roomHighSubscriberCount, { room: 'stage' });
    await fires(alert.roomNearCapacity, { room: 'stage' });
    await leave(first);
    await leave(second);
    await ends(alert.roomHighSubscriberCount);
    await ends(alert.roomNearCapacity);
    silence();
    await leave(publisher);
  });

  test('viewers keep asking for a room that nobody publishes to', async () => {
    for (let asked = 0; asked < 300; asked++)
      await assert.rejects(client('stage', 'whep'), /^Error: 409/, `request ${asked}`);
    await fires(alert.whepClientErrors, { room: 'stage' });
  });

  test('the process of a pod stands still, and goes on', async () => {
    const pod = await podOf('stage');
    await signal(pod, 'SIGSTOP');
    try {
      await fires(alert.sfuDown, { pod, liveroom_dev_room: 'stage' });
    } finally {
      await signal(pod, 'SIGCONT');
    }
    await ends(alert.sfuDown);
  });

  test('the loops of a pod are late again and again', async () => {
    await makeRoom('late', open);
    const pod = await podOf('late');
    let isOver = false;
    const stutter = async () => {
      while (!isOver) {
        await signal(pod, 'SIGSTOP');
        await sleep(150);
        await signal(pod, 'SIGCONT');
        await sleep(150);
      }
    };
    const stuttering = stutter();
    try {
      await fires(alert.sfuEventLoopLag, { pod });
    } finally {
      isOver = true;
      await stuttering;
    }
  });

  test('a room cannot become Ready', async () => {
    await product.kube.apply(aRoom('nowhere', { pod: { nodeSelector: { 'no-node-has': 'this' } } }));
    await fires(alert.roomNotReady, { namespace: 'default', room: 'nowhere' });
    await product.kube.run(['delete', 'liveroom', 'nowhere']);
    await ends(alert.roomNotReady);
  });

  test('the operator is stopped, and started', async () => {
    const scale = (to: number) =>
      product.kube.run([...system, 'scale', 'deployment/liveroom-operator', `--replicas=${to}`]);
    assert.equal(await isFiring(alert.operatorDown, {}), false);
    await scale(0);
    await fires(alert.operatorDown, { namespace: 'liveroom-system', severity: 'critical' });
    await scale(1);
    await ends(alert.operatorDown);
  });

  test('what was seen within some minutes is over after them', async () => {
    for (const name of [alert.publisherStalled, alert.whepClientErrors, alert.sfuEventLoopLag]) await ends(name);
  });

  test('what the operator is monitored by goes with its installation', async () => {
    const names = () =>
      product.kube.run(['get', 'servicemonitors,prometheusrules', ...system, '-o', 'name', '-l', ofOperator]);
    assert.equal((await names()).trim().split('\n').length, 2);
    await product.kube.run([...system, 'delete', 'service', 'liveroom-operator']);
    await eventually('they are gone', async () => (await names()).trim() === '', deadlineMs);
  });
});
