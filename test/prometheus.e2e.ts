import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { serverMetric } from '#crds/metrics.ts';
import { plotsPath } from '#local/monitoring/door.ts';
import { alert } from '#operator/build/alerts/names.ts';
import { launchChromium } from '#test/harness/browser.ts';
import { eventually } from '#test/harness/eventually.ts';
import { type Monitored, monitored } from '#test/harness/monitored.ts';
import { type Product, startProduct } from '#test/harness/product.ts';
import { aRoom } from '#test/harness/room.ts';

/** The real Prometheus Operator configures a real Prometheus from our objects, and that finds real pods. */
describe('Prometheus', () => {
  let product: Product;
  let prometheus: Monitored;
  const rooms = serverMetric.rooms.name;
  const subscribers = serverMetric.subscribers.name;

  before(async () => {
    product = await startProduct({ monitoring: { interval: '1s' } });
    prometheus = monitored(product);
  });
  after(() => product?.stop());

  const makeRoom = async (name: string) => {
    await product.kube.apply(aRoom(name));
    await product.kube.run(['wait', '--for=condition=Ready', `liveroom/${name}`, '--timeout=30s']);
  };

  test('has the numbers of a room, by room and pod, within 30 s of Ready', async () => {
    await makeRoom('first');
    const sample = await eventually(
      'a series of the room',
      async () => (await prometheus.query(`${subscribers}{room="first"}`))[0],
      30_000,
    );
    assert.equal(sample.value, 0);
    assert.equal(sample.metric['namespace'], 'default');
    assert.match(sample.metric['pod'] ?? '', /^first-origin-/);
    assert.equal((await prometheus.query(`${rooms}{pod="${sample.metric['pod']}"}`)).length, 1);
  });

  test('finds the pod of the next room, too, and reaches every target', async () => {
    await makeRoom('second');
    await eventually(
      'both pods and the operator are up',
      async () => {
        const targets = await prometheus.targets();
        return targets.length === 3 && targets.every(({ health }) => health === 'up');
      },
      30_000,
    );
    const pods = (await prometheus.query(rooms)).map(({ metric }) => metric['pod']?.replace(/-origin-.*/, ''));
    assert.deepEqual(pods.sort(), ['first', 'second']);
  });

  test('has loaded the rules, and finds them healthy', async () => {
    const found = await eventually(
      'the rules',
      async () => {
        const rules = await prometheus.rules();
        return rules.length > 0 && rules.every(({ health }) => health !== 'unknown') ? rules : undefined;
      },
      30_000,
    );
    assert.ok(found.some(({ name }) => name === alert.sfuDown));
    assert.deepEqual(
      found.filter(({ health }) => health !== 'ok'),
      [],
    );
  });

  test('has no alert of rooms that are well, but for those that a slow machine may cause', async () => {
    const ofMachine: readonly string[] = [alert.sfuEventLoopLag, alert.sfuThreadBusy, alert.sfuHighCPU, alert.httpSlow];
    // A room may have been scraped just before it was Ready.
    await eventually('no other alert, not even pending', async () => {
      const names = (await prometheus.alerts()).map(({ labels }) => labels['alertname'] ?? '');
      if (!names.every((name) => ofMachine.includes(name))) throw new Error(names.join(', '));
      return true;
    });
  });

  test('accepts every query of the page of plots', async () => {
    const answer = await fetch(`${product.cluster.monitoringURL}${plotsPath}queries.json`);
    const { plots, columns } = (await answer.json()) as Record<'plots' | 'columns', { query: string }[]>;
    assert.ok(plots.length > 5 && columns.length > 2);
    for (const { query } of [...plots, ...columns]) await prometheus.query(query);
  });

  test('is shown on the page of plots, which breaks no rule of its own', async (t) => {
    const browser = await launchChromium();
    t.after(() => browser.close());
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', ({ message }) => complaints.push(message));
    await page.goto(`${product.cluster.monitoringURL}${plotsPath}`);
    await page.getByRole('cell', { name: 'default/first' }).waitFor();
    await page.getByText('No alert', { exact: true }).waitFor();
    assert.equal(await page.locator('.tile').filter({ hasText: 'Subscribers' }).locator('.value').textContent(), '0');
    assert.match((await page.locator('.tile .line').first().getAttribute('d')) ?? '', /^M/);
    assert.deepEqual(complaints, []);
  });

  test('forgets a deleted room within 30 s', async () => {
    await product.kube.run(['delete', 'liveroom', 'second']);
    const left = () => prometheus.query(`{__name__=~"live_.+", pod=~"second-.+"}`);
    await eventually('no series of it', async () => (await left()).length === 0, 30_000);
    assert.equal((await prometheus.query(`${subscribers}{room="first"}`)).length, 1);
  });
});
