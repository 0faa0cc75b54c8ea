import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { addressPool } from '#local/node/addresses.ts';
import type { Pod, Service } from '#local/node/objects.ts';
import { backends, routeOf } from '#local/node/routes.ts';
import { aContainer, seenPod } from './seen-pod.ts';

describe('the front door’s paths', () => {
  for (const [path, route] of [
    ['/events/keynote/whip', 'events/keynote'],
    ['/events/keynote/', 'events/keynote'],
    ['/events/keynote?token=x', 'events/keynote'],
    ['/events/keynote', 'events/keynote'],
    ['/events', undefined],
    ['/', undefined],
    ['/Events/keynote/', undefined],
    ['//keynote/', undefined],
  ] as const) {
    test(`${path} leads to ${route ?? 'nothing'}`, () => {
      const found = routeOf(path);
      assert.equal(found && `${found.namespace}/${found.service}`, route);
    });
  }
});

const service = (spec: Service['spec']): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'keynote', namespace: 'space', uid: 's' },
  ...(spec === undefined ? {} : { spec }),
});
const byName = service({ selector: { app: 'live' }, ports: [{ name: 'http', port: 80, targetPort: 'web' }] });

function aPod(name: string, ready: boolean, metadata: Partial<Pod['metadata']> = {}): Pod {
  const ports = [{ name: 'web', containerPort: 8080 }];
  const pod = seenPod({ containers: [aContainer('main', { ports })] }, { name, ...metadata });
  return { ...pod, status: { podIP: `ip-${name}`, conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] } };
}

const going = { deletionTimestamp: '2026-01-01T00:00:00Z' };
const found = (of: Service, pods: readonly Pod[]) => backends(of, pods).map(({ host, port }) => `${host}:${port}`);

describe('the pods of a Service', () => {
  test('are those that are ready', () =>
    assert.deepEqual(found(byName, [aPod('a', true), aPod('b', false)]), ['ip-a:8080']));
  test('that are going only count when no other is ready', () => {
    assert.deepEqual(found(byName, [aPod('a', true, going), aPod('b', true)]), ['ip-b:8080']);
    assert.deepEqual(found(byName, [aPod('a', true, going), aPod('b', false)]), ['ip-a:8080']);
  });
  test('match all of its labels, in its namespace', () => {
    const strangers = [aPod('a', true, { labels: {} }), aPod('b', true, { namespace: 'other' })];
    assert.deepEqual(found(byName, strangers), []);
  });
  test('are none without a selector', () => assert.deepEqual(found(service({}), [aPod('a', true)]), []));
  test('are reached by the number of the target port, or by the port itself', () => {
    const ports = (target: object) =>
      service({ selector: { app: 'live' }, ports: [{ name: 'http', port: 81, ...target }] });
    assert.deepEqual(found(ports({ targetPort: 9000 }), [aPod('a', true)]), ['ip-a:9000']);
    assert.deepEqual(found(ports({}), [aPod('a', true)]), ['ip-a:81']);
  });
  test('are none when no port is named http and there are several', () => {
    const several = service({
      selector: { app: 'live' },
      ports: [
        { name: 'a', port: 1 },
        { name: 'b', port: 2 },
      ],
    });
    assert.deepEqual(found(several, [aPod('a', true)]), []);
  });
});

describe('pod addresses', () => {
  test('are given in turn, without the reserved one, and again only after all others', () => {
    const pool = addressPool('10.1.2.0/29', ['10.1.2.1']);
    assert.deepEqual([pool.take(), pool.take()], ['10.1.2.2', '10.1.2.3']);
    pool.release('10.1.2.2');
    assert.deepEqual(
      [pool.take(), pool.take(), pool.take(), pool.take()],
      ['10.1.2.4', '10.1.2.5', '10.1.2.6', '10.1.2.2'],
    );
    assert.throws(() => pool.take(), /No address of 10\.1\.2\.0\/29 is free/);
  });
  test('are the wanted ones where they are free and in range', () => {
    const pool = addressPool('10.1.2.0/24', []);
    assert.equal(pool.take('10.1.2.77'), '10.1.2.77');
    assert.equal(pool.take('10.1.2.77'), '10.1.2.1');
    assert.equal(pool.take('10.9.9.9'), '10.1.2.2');
    assert.equal(pool.take('10.1.2.255'), '10.1.2.3');
  });
  test('need a range that is one', () => {
    for (const cidr of ['10.0.0.0', '10.0.0.0/33', '10.0.0.0/31', 'x/24']) {
      assert.throws(() => addressPool(cidr, []), /is no IPv4 range for pods/);
    }
  });
});
