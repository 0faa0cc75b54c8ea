import assert from 'node:assert/strict';
import { test } from 'node:test';
import { label } from '#crds/contract.ts';
import type { LiveRoom } from '#crds/liveroom.ts';
import { desiredRoute } from '#operator/build/desired.ts';
import { ownerReference } from '#operator/build/labels.ts';
import { originPod } from '#operator/build/origin-pod.ts';
import { service } from '#operator/build/service.ts';
import { plan } from '#operator/decide/plan.ts';
import type { KubeObject, Pod } from '#operator/kube.ts';
import { routeAsItIs } from '#operator/room/route.ts';
import { aCondition, config, storedRoom } from '../objects.ts';

/** Of a room that somebody repairs by hand the condition EndpointReady says what there is, and promises nothing. */

const at = (host: string) => ({ network: { media: { mode: 'HostPort' as const }, http: { host } } });
const room = storedRoom(at('live.example.com'));
const pod = originPod(room, config, { hostPort: 7000, replaces: '', crashLoops: 0 }) as unknown as Pod;
const led = (to?: string): KubeObject => {
  const made = service(room, to);
  return { ...made, metadata: { ...made.metadata, ownerReferences: [ownerReference(room)] } };
};
/** As it was applied last. */
const routes = plan(desiredRoute(room, false), []).map(({ object }) => object);

async function says(objects: readonly KubeObject[], route: readonly KubeObject[], of: LiveRoom = room) {
  const finding = await routeAsItIs(of, pod, {
    objectsOf: () => [...objects],
    routesOf: () => [...route] as never,
    servesHTTPRoutes: () => false,
    rooms: () => [],
    read: () => assert.fail('no certificate is named'),
  });
  return finding && `${finding.reason}: ${finding.message}`;
}

test('nothing is wrong with a Service that leads to the pod, by its name or not, and an Ingress as it should be', async () => {
  assert.equal(await says([led()], routes), undefined);
  assert.equal(await says([led(pod.metadata.name)], routes), undefined);
});

test('a Service that somebody took away, or led elsewhere, is told of', async () => {
  assert.match(
    (await says([], routes)) ?? '',
    /^NoReadyPod: There is no Service events\/keynote.*while the room is paused\.$/,
  );
  assert.match((await says([led('another')], routes)) ?? '', /does not lead to pod keynote-origin-/);
  assert.equal(pod.metadata.labels?.[label.pod], pod.metadata.name);
});

test('an Ingress that is not there is not said to come, and one for another host is not said to be right', async () => {
  assert.match(
    (await says([led()], [])) ?? '',
    /^WaitingForIngress: There is no Ingress events\/keynote\. That stays so/,
  );
  const edited = storedRoom(at('other.example.com'));
  assert.match((await says([led()], routes, edited)) ?? '', /Ingress events\/keynote is not as the spec says\./);
});

test('why it could not be made is still told', async () => {
  const conflict = {
    ...aCondition('EndpointReady', 'False', 'NameConflict'),
    message: 'Ingress events/keynote is taken.',
  };
  const before = storedRoom(at('live.example.com'), { conditions: [conflict] });
  assert.equal(await says([led()], [], before), 'NameConflict: Ingress events/keynote is taken.');
  assert.equal(await says([led()], routes, before), undefined);
});
