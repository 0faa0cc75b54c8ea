import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { appName, label, publicPath } from '#crds/contract.ts';
import { eventually } from '#test/harness/eventually.ts';
import { type Product, startProduct } from '#test/harness/product.ts';
import { aRoom } from '#test/harness/room.ts';
import { type UdpClient, udpClient } from '#test/server/udp-client.ts';
import { type CollectorPod, collectorPod } from '#test/tracing/collector-pod.ts';
import type { ReceivedSpan } from '#test/tracing/otlp.ts';

/** Traces on the local cluster, from what somebody wrote into a room to the collector, which is a pod beside the room's. */

interface Pod {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly spec: { readonly nodeName: string; readonly containers: readonly { readonly env?: readonly Variable[] }[] };
}
interface Variable {
  readonly name: string;
}

const deadlineMs = 60_000;

describe('traces', () => {
  let product: Product;
  let collector: CollectorPod;
  let clients: UdpClient[];
  const system = ['-n', 'liveroom-system'];
  const open = { publish: { auth: { mode: 'None' } }, play: { auth: { mode: 'None' } } };

  before(async () => {
    clients = [];
    product = await startProduct();
    collector = await collectorPod(product.kube);
  });
  after(async () => {
    for (const client of clients) client.stop();
    await product?.stop();
  });

  const at = { fetch: (path: string, init?: RequestInit) => fetch(`${product.cluster.httpURL}${path}`, init) };

  /** Somebody publishes to the room, and leaves. */
  async function publishOnce(): Promise<void> {
    const publisher = await udpClient(at, publicPath.whip('default', 'stage'));
    clients.push(publisher);
    await eventually('the publisher is connected', publisher.isConnected);
    await at.fetch(new URL(publisher.location, product.cluster.httpURL).pathname, { method: 'DELETE' });
  }

  /** The origin, once it is the only one and runs with traces, or without. */
  const origin = (isTraced: boolean) =>
    eventually(
      `one origin ${isTraced ? 'with' : 'without'} traces`,
      async () => {
        const pods = await product.kube.get<{ items: Pod[] }>('pods', '-l', `${label.room}=stage`);
        const [pod, ...others] = pods?.items ?? [];
        const isFound = pod !== undefined && others.length === 0 && !pod.metadata.deletionTimestamp;
        return isFound && variables(pod).length > 0 === isTraced && pod;
      },
      deadlineMs,
    );
  const variables = (pod: Pod) =>
    pod.spec.containers.flatMap(({ env = [] }) => env.filter(({ name }) => name.startsWith('OTEL_')));
  const isReady = () => product.kube.run(['wait', '--for=condition=Ready', 'liveroom/stage', '--timeout=60s']);
  const spansOf = async (pod: string) =>
    (await collector.spans()).filter(({ resource }) => resource['k8s.pod.name'] === pod);
  const span = (what: string, look: (span: ReceivedSpan) => boolean) =>
    eventually(`a span of ${what}`, async () => (await collector.spans()).find(look), deadlineMs);

  test('of a room with spec.tracing come from its pod, which they name, with its namespace and node', async () => {
    await product.kube.apply(aRoom('stage', { ...open, tracing: { endpoint: collector.grpcURL } }));
    await isReady();
    const { metadata, spec } = await origin(true);
    await publishOnce();
    const publish = await span('the publisher', ({ name }) => name === 'whip.publish');
    assert.partialDeepStrictEqual(publish.attributes, { room: 'stage', 'k8s.namespace.name': 'default' });
    assert.partialDeepStrictEqual(publish.resource, {
      'service.name': appName.sfu,
      'k8s.pod.name': metadata.name,
      'k8s.namespace.name': 'default',
      'k8s.node.name': spec.nodeName,
    });
    const create = await span('the room', ({ name }) => name === 'room.create');
    assert.equal(create.traceId, publish.traceId);
  });

  test('of the operator come by HTTP: each reconcile with its requests, and the pod that it runs in', async () => {
    const variables = [`OTEL_EXPORTER_OTLP_ENDPOINT=${collector.httpURL}`, 'OTEL_EXPORTER_OTLP_PROTOCOL=http'];
    await product.kube.run([...system, 'set', 'env', 'deployment/liveroom-operator', ...variables]);
    await product.kube.run([...system, 'rollout', 'status', 'deployment/liveroom-operator', '--timeout=60s']);
    await product.kube.apply(aRoom('stage', open));
    const isOfOperator = ({ resource }: ReceivedSpan) => resource['service.name'] === appName.operator;
    const request = await span(
      'a request of a reconcile',
      (one) => isOfOperator(one) && one.kind === 'client' && one.parentSpanId !== '',
    );
    const { spanId, traceId } = await span('its reconcile', (one) => one.spanId === request.parentSpanId);
    assert.equal(request.traceId, traceId, spanId);
    assert.match(String(request.resource['k8s.pod.name']), /^liveroom-operator-/);
    assert.equal(request.resource['k8s.namespace.name'], 'liveroom-system');
    assert.ok(request.resource['k8s.node.name']);
  });

  test('end with spec.tracing: the room gets a pod that knows of no collector and sends none', async () => {
    const { metadata, spec } = await origin(false);
    await isReady();
    await publishOnce();
    assert.deepEqual(
      spec.containers.flatMap(({ env = [] }) => env).filter(({ name }) => name === 'NODE_NAME'),
      [],
    );
    // What the operator does afterwards has come; whatever the pod had sent before would have.
    const before = (await collector.spans()).length;
    await product.kube.run(['delete', 'liveroom', 'stage']);
    await eventually('later spans', async () => (await collector.spans()).length > before, deadlineMs);
    assert.deepEqual(await spansOf(metadata.name), []);
  });
});
