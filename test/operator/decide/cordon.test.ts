import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LiveRoomSpec } from '#crds/liveroom.ts';
import { isLeaving } from '#operator/decide/cordon.ts';
import { type Tolerations, takesPods } from '#operator/decide/taints.ts';
import type { Node, Taint } from '#operator/kube.ts';
import { aPod } from '../objects.ts';

const node = (unschedulable?: true): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'node-1' },
  ...(unschedulable && { spec: { unschedulable } }),
});

const table: readonly [string, Node | undefined, LiveRoomSpec['pod']['tolerations'], boolean][] = [
  ['a cordoned node is left', node(true), undefined, true],
  ['another is not', node(), undefined, false],
  ['one that is not known is not', undefined, undefined, false],
  ['nor where the room tolerates everything', node(true), [{ operator: 'Exists' }], false],
  ['nor where it tolerates that', node(true), [{ key: 'node.kubernetes.io/unschedulable', operator: 'Exists' }], false],
  ['nor where it tolerates that as it is', node(true), [{ key: 'node.kubernetes.io/unschedulable' }], false],
  ['but where it tolerates something else', node(true), [{ key: 'media', operator: 'Exists' }], true],
  ['but where it tolerates another effect', node(true), [{ operator: 'Exists', effect: 'NoExecute' }], true],
];
for (const [name, on, tolerations, is] of table)
  test(name, () => assert.equal(isLeaving(aPod('a'), on, tolerations), is));

const only: Taint = { key: 'media', value: 'only', effect: 'NoSchedule' };
const places: readonly [string, Node['spec'], Tolerations | undefined, boolean][] = [
  ['a node without taints takes pods', {}, undefined, true],
  ['a cordoned one does not', { unschedulable: true }, undefined, false],
  ['but those that tolerate that', { unschedulable: true }, [{ operator: 'Exists' }], true],
  ['a taint keeps pods away', { taints: [only] }, undefined, false],
  ['but those that tolerate its value', { taints: [only] }, [{ key: 'media', value: 'only' }], true],
  ['not those that tolerate another', { taints: [only] }, [{ key: 'media', value: 'no' }], false],
  [
    'every taint has to be tolerated',
    { taints: [only, { ...only, key: 'b' }] },
    [{ key: 'b', operator: 'Exists' }],
    false,
  ],
  ['one that is only not preferred takes pods', { taints: [{ ...only, effect: 'PreferNoSchedule' }] }, undefined, true],
];
for (const [name, spec, tolerations, does] of places)
  test(name, () => assert.equal(takesPods({ ...node(), ...(spec && { spec }) }, tolerations), does));
