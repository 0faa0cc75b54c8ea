import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LiveRoom } from '#crds/liveroom.ts';
import type { KubeObject } from '#operator/kube.ts';
import { settleRoute } from '#operator/room/route.ts';
import { storedRoom } from '../objects.ts';
import { standInCluster } from '../stand-in-cluster.ts';

const room = storedRoom({
  network: { media: { mode: 'HostPort' }, http: { host: 'live.example.org', aliases: 'LiveWebRTCGo' } },
});
const older: LiveRoom = {
  ...room,
  metadata: { ...room.metadata, namespace: 'other', creationTimestamp: '2020-01-01T00:00:00Z' },
};

async function settled(rooms: readonly LiveRoom[]) {
  const applied: KubeObject[] = [];
  const apply = async <T extends KubeObject>(object: T) => {
    applied.push(object);
    return object;
  };
  const finding = await settleRoute(room, standInCluster({ rooms: () => [...rooms], apply }));
  return { paths: JSON.stringify(applied), finding };
}

test('a room leads its aliases to itself', async () => {
  const { paths, finding } = await settled([room]);
  assert.match(paths, /"\/api\/whip\/publish\/keynote","pathType":"Exact"/);
  assert.equal(finding, undefined);
});

test('where an older room of its name has them it keeps its own paths, and says who has the others', async () => {
  const { paths, finding } = await settled([room, older]);
  assert.match(paths, /\/events\/keynote\//);
  assert.doesNotMatch(paths, /\/api\//);
  assert.equal(finding?.reason, 'NameConflict');
  assert.match(finding?.message ?? '', /lead to room other\/keynote/);
});
