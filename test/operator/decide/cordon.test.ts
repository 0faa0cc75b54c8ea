import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LiveRoomSpec } from '#crds/liveroom.ts';
import { isLeaving } from '#operator/decide/cordon.ts';
import type { Node } from '#operator/kube.ts';
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
