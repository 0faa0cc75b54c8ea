import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EgressLink } from '#server/media/egress/egress.ts';
import { share } from '#server/media/egress/share.ts';
import { type SrtpKeys, srtpProfile } from '#server/media/plane.ts';
import { type Room, room } from '#server/media/room.ts';
import { transport } from '#server/media/transport.ts';
import { publisher } from '#server/media/up/up-stream.ts';
import { videoDown, videoUp } from '../peer.ts';

const spec = { id: 'a', localUfrag: 'l', localPwd: 'p', remoteUfrag: 'r', remotePwd: 'q' };
const some = new Uint8Array(16);
const keys: SrtpKeys = {
  profile: srtpProfile.AEAD_AES_128_GCM,
  ...{ localKey: some, localSalt: some, remoteKey: some, remoteSalt: some },
};

/** A viewer of a share, and what its thread is told of it. */
function viewer(of: Room = room('room')) {
  const told: unknown[][] = [];
  const tell: EgressLink['tell'] = (call, ...args) => void (call === 'unpublish' || told.push([call, ...args]));
  const link: EgressLink = { tell, packet: () => true, mail: () => true };
  const its = share(link);
  return { told, its, placed: its.add(spec, of, [videoDown(1000)]) };
}

test('an egress thread hears of a viewer once there are keys: where it is, and what it has asked for meanwhile', () => {
  const { told, placed } = viewer();
  placed.follow({ address: '192.0.2.1', port: 1 });
  placed.follow({ address: '192.0.2.2', port: 2 });
  placed.chooseLayer('v', 'low');
  placed.chooseLayer('v', 'high');
  placed.setGone(true);
  assert.deepEqual(told, []);
  placed.setKeys(keys);
  assert.deepEqual(told, [
    ['addViewer', 0, spec, 'room', [videoDown(1000)]],
    ['move', 0, '192.0.2.2', 2],
    ['chooseLayer', 0, 'v', 'high'],
    ['setGone', 0, true],
    ['setKeys', 0, keys],
  ]);
});

test('from then on it hears of each change', () => {
  const { told, placed } = viewer();
  placed.setKeys(keys);
  told.splice(0);
  placed.follow({ address: '192.0.2.1', port: 1 });
  placed.setGone(false);
  placed.setKeys(keys);
  placed.remove();
  assert.deepEqual(told, [
    ['move', 0, '192.0.2.1', 1],
    ['setGone', 0, false],
    ['removeViewer', 0],
  ]);
});

test('of a viewer that never had keys it hears nothing', () => {
  const { told, placed } = viewer();
  placed.follow({ address: '192.0.2.1', port: 1 });
  placed.remove();
  assert.deepEqual(told, []);
});

test('of a room it hears once a viewer there has keys: until then no packet is handed over to it', () => {
  const of = room('room');
  of.publisher = publisher(transport(spec, 0, 0), [videoUp()]);
  const { told, its, placed } = viewer(of);
  assert.deepEqual([of.shares, told, its.viewers], [[], [], 1]);
  placed.setKeys(keys);
  assert.deepEqual(of.shares, [its]);
  assert.deepEqual(
    told.map(([call]) => call),
    ['publish', 'addViewer', 'setKeys'],
  );
  placed.remove();
  assert.deepEqual([of.shares, its.viewers], [[], 0]);
});

test('with the room it hears which encodings there are, best or not, so that its first viewer need not wait to be told', () => {
  const of = room('room');
  of.publisher = publisher(transport(spec, 0, 0), [videoUp({ rids: ['h', 'l'] })]);
  const [high, low] = of.publisher.streams;
  assert.ok(high !== undefined && low !== undefined);
  of.publisher.ladder = { streams: [low, high], bps: [1, 2] };
  of.publisher.best = high;
  const { told, placed } = viewer(of);
  placed.setKeys(keys);
  assert.deepEqual(told[1], ['setLadder', 'room', [1, 0], [1, 2], 0]);
});
