import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EgressSnapshot } from '#server/media/egress/egress-messages.ts';
import type { EgressThread } from '#server/media/egress/egress-thread.ts';
import { egressThreads } from '#server/media/egress/egress-threads.ts';
import { type Share, share } from '#server/media/egress/share.ts';
import { srtpProfile } from '#server/media/plane.ts';
import { room } from '#server/media/room.ts';
import { seeded } from '#test/harness/seeded.ts';
import { arena } from '../arena.ts';
import { peer, videoDown } from '../peer.ts';

const { keys } = peer('a', srtpProfile.AEAD_AES_128_GCM, 1, seeded(1));
const spec = { id: 'a', localUfrag: 'l', localPwd: 'p', remoteUfrag: 'r', remotePwd: 'q' };

/** Threads that answer nothing until they are let. */
function stage(most: number) {
  const pings: (() => void)[] = [];
  const closed: number[] = [];
  const threads: { readonly share: Share; readonly load: number }[] = [];
  const seen = arena().core.snapshot();
  const refused: unknown[] = [];
  const noThread = new Error('Worker initialization failure: EAGAIN');
  let asked = 0;
  let isRefused = false;
  const start = (): EgressThread => {
    asked += 1;
    if (isRefused) throw noThread;
    const load = threads.length / 10;
    const made = { share: share({ tell: () => undefined, packet: () => true, mail: () => true }), load };
    threads.push(made);
    return {
      share: made.share,
      handOver: () => undefined,
      snapshot: async (): Promise<EgressSnapshot> => ({ ...seen, load: { utilization: load, lagSeconds: 0 } }),
      viewers: async () => ({ total: 1, viewers: [] }),
      ping: () => new Promise((resolve) => pings.push(resolve)),
      close: async () => void closed.push(load),
    };
  };
  const refuse = () => {
    isRefused = true;
  };
  const all = egressThreads({ most, perThread: 2 }, start, (error) => refused.push(error));
  return { pings, closed, threads, seen, refuse, refused, noThread, asked: () => asked, all };
}

test('threads begin when there are subscribers for them, and no more of them than there may be', () => {
  const { all, threads } = stage(2);
  const here = room('room');
  let own = 0;
  for (let i = 0; i < 20; i++) {
    const placed = all.place(own);
    if (placed === undefined) own += 1;
    else placed.add({ ...spec, id: `${i}` }, here, [videoDown(1000)]).setKeys(keys);
    assert.equal(threads.length, i < 2 ? 0 : i < 4 ? 1 : 2, `${i + 1} subscribers`);
  }
  assert.equal(here.shares.length, 2);
  assert.deepEqual(
    all.all,
    threads.map((thread) => thread.share),
  );
});

for (const [before, where] of [
  [0, 'not one thread can begin, all subscribers stay where the publisher is'],
  [1, 'a second thread cannot begin, all others go to the first'],
  [2, 'a third thread cannot begin, others are shared out between the two'],
] as const)
  test(`where ${where}, which is told once`, () => {
    const { all, threads, asked, refuse, refused, noThread } = stage(4);
    const here = room('room');
    const place = (own: number) => {
      const share = all.place(own);
      share?.add({ ...spec, id: `${asked()}` }, here, []);
      return share;
    };
    while (threads.length < before) place(20);
    refuse();
    const shares = new Set(Array.from({ length: 20 }, () => place(20)));
    assert.deepEqual([...shares].filter((share) => share !== undefined).length, before);
    assert.equal(shares.has(undefined), before === 0);
    assert.deepEqual([threads.length, asked()], [before, before + 1], 'nobody asks again');
    assert.deepEqual(refused, [noThread]);
  });

test('a media plane turns when all of its threads do, and ends when all of them have', async () => {
  const { all, pings, closed, seen } = stage(2);
  const here = room('room');
  for (let i = 0; i < 4; i++) all.place(Math.min(i, 2))?.add(spec, here, []);
  all.place(4);
  let hasTurned = false;
  const turned = all.ping().then(() => {
    hasTurned = true;
  });
  assert.equal(pings.length, 2);
  pings[0]?.();
  await new Promise((done) => setImmediate(done));
  assert.equal(hasTurned, false);
  pings[1]?.();
  await turned;
  const { egressLoads } = await all.snapshot(seen);
  assert.deepEqual(
    egressLoads.map(({ utilization }) => utilization),
    [0, 0.1],
  );
  await all.close();
  assert.deepEqual(closed, [0, 0.1]);
});
