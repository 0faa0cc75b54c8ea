import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { LiveRoom } from '#crds/liveroom.ts';
import { monitoringObjects } from '#local/monitoring/objects.ts';
import type { MonitoringObject } from '#operator/kube.ts';
import { eventually } from '#test/harness/eventually.ts';
import { type Monitored, monitored } from '#test/harness/monitored.ts';
import { type Product, startProduct } from '#test/harness/product.ts';
import { aRoom } from '#test/harness/room.ts';

/** Under a real Prometheus Operator, what MonitoringReady says and what Prometheus does are one and the same. */
describe('MonitoringReady, under the Prometheus Operator,', () => {
  let product: Product;
  let prometheus: Monitored;
  const selects = { release: 'stack', team: 'video' };
  const options = { selects, interval: '1s' };

  before(async () => {
    product = await startProduct({ monitoring: options });
    prometheus = monitored(product);
    for (const name of ['keynote', 'lobby']) await product.kube.apply(aRoom(name));
  });
  after(() => product?.stop());

  const says = (name: string, wanted: string) =>
    eventually(`${name} says ${wanted}`, async () => {
      const { conditions = [] } = (await product.kube.get<LiveRoom>('liveroom', name))?.status ?? {};
      const found = conditions.find(({ type }) => type === 'MonitoringReady');
      return `${found?.status}/${found?.reason}` === wanted && found?.message;
    });
  const selectedBy = async (name: string) =>
    (await product.kube.get<LiveRoom>('liveroom', name))?.status?.monitoring?.selectedBy;

  /** Waits until Prometheus has just these rooms' pods as targets, each once, and reaches them. */
  const targets = (...rooms: readonly string[]) =>
    eventually(
      `targets of ${rooms.join(' and ')}`,
      async () => {
        const found = await prometheus.targets();
        const names = found.map(({ labels }) => labels['liveroom_dev_room']).toSorted();
        return names.join() === rooms.join() && found.every(({ health }) => health === 'up');
      },
      40_000,
    );

  test('names the labels that are missing, while Prometheus has no target', async () => {
    const message = await says('keynote', 'False/NotSelected');
    assert.match(message, /^Prometheus monitoring\/main .* label release=stack, label team=video\. Put/);
    assert.deepEqual(await prometheus.targets(), []);
  });

  test('is True for the one room that has them, and that is the target, though nothing is written into statuses', async () => {
    await product.kube.apply(aRoom('keynote', { monitoring: { scope: 'Room', labels: selects } }));
    await says('keynote', 'True/MonitoringReady');
    assert.deepEqual(await selectedBy('keynote'), ['monitoring/main']);
    await says('lobby', 'False/NotSelected');
    await targets('keynote');
    assert.equal((await product.kube.get<MonitoringObject>('servicemonitor', 'keynote'))?.status?.bindings, undefined);
  });

  test('is True for the others when theirs have the labels, and no pod is scraped twice', async () => {
    const given = Object.entries(selects).map(([name, value]) => `${name}=${value}`);
    for (const kind of ['servicemonitor', 'prometheusrule'])
      await product.kube.run(['label', kind, 'live-sfu', ...given]);
    await says('lobby', 'True/MonitoringReady');
    await targets('keynote', 'lobby');
  });

  test('agrees with what the Prometheus Operator writes, where it does', async () => {
    for (const object of monitoringObjects({ ...options, writesBindings: true })) await product.kube.apply(object);
    for (const name of ['keynote', 'live-sfu'])
      await eventually(
        'a binding',
        async () => {
          const { status } = (await product.kube.get<MonitoringObject>('servicemonitor', name)) ?? {};
          return status?.bindings?.[0]?.conditions?.[0]?.status === 'True';
        },
        40_000,
      );
    for (const name of ['keynote', 'lobby']) await says(name, 'True/MonitoringReady');
  });
});
