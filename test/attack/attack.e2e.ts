import assert from 'node:assert/strict';
import { test } from 'node:test';
import { capacityLimits } from '#server/session/capacity.ts';
import { type Measurement, measure } from '#test/bench/forwarding-load.ts';
import { quantile } from '#test/bench/quantile.ts';
import { eventually } from '#test/harness/eventually.ts';
import { freshSeed, seeded } from '#test/harness/seeded.ts';
import { serverProcess } from '#test/server/server-process.ts';
import { assault } from './assault.ts';
import { counted } from './counted.ts';
import { slowClients } from './http-attacks.ts';
import { roomsOfSiege, siege, stage } from './siege.ts';

/** A second and a half, half of it to warm up. */
const load = { subscribers: 2, packetsPerSecond: 200, payloadBytes: 1200, seconds: 1, settleMs: 20_000 };
const perSecond = 300;

/** Of one publisher. */
const keyFramesPerSecond = 2;
/** To one viewer that says nothing of its link, beside as many as its media: 64 KiB at once. */
const resendsAtOnce = 55;

/** More than any machine takes for a packet that it does not drop. */
const boundMicroseconds = 2_000_000;

test('attacked from all sides, a server forwards every packet, sends nothing to strangers, and counts what it refuses', async (t) => {
  const seed = freshSeed();
  t.diagnostic(`SEED=${seed}`);
  const server = await serverProcess(roomsOfSiege);
  t.after(() => server.end());
  const { witness, udp, http, bystander, stop } = await siege(server, seeded(seed), load.subscribers);
  t.after(stop);
  const counts = counted(server);
  const before = await counts();

  const slow = slowClients(server.url(''), stage, 200);
  const attack = assault({ udp, http, perSecond });
  let attacked: Measurement;
  try {
    attacked = await measure(witness, load);
  } finally {
    await attack.end();
    slow.stop();
  }
  const { struck, refused, admitted } = attack.seen();

  assert.equal(attacked.deliveredPart, 1);
  assert.ok(quantile(attacked.latencyMicroseconds, 1) < boundMicroseconds);
  assert.ok(admitted <= capacityLimits.address, `${admitted} sessions of clients that never come`);
  assert.ok(bystander.received() <= 3 * bystander.sent(), `${bystander.received()} for ${bystander.sent()} bytes`);
  await eventually('all is counted', async () => {
    const { dropped, refused: counted } = await counts();
    for (const [reason, count] of Object.entries(struck))
      assert.ok((dropped[reason] ?? 0) - (before.dropped[reason] ?? 0) >= count, `${reason}: ${count}`);
    assert.ok(counted - before.refused >= refused);
    return true;
  });
  const after = await counts();
  const seconds = (after.atMs - before.atMs) / 1000;
  assert.ok(after.keyFramesAsked - before.keyFramesAsked <= 2 + keyFramesPerSecond * seconds);
  const [askedAgain, notRepeated, repeated] = (['askedAgain', 'notRepeated', 'repeated'] as const).map(
    (count) => after[count] - before[count],
  ) as [number, number, number];
  assert.ok(askedAgain > 1000 * load.packetsPerSecond, `${askedAgain} packets were asked for again`);
  assert.equal(notRepeated + repeated, askedAgain);
  assert.ok(after.estimates > before.estimates, 'what is told of packets is listened to');
  assert.ok(repeated <= resendsAtOnce + load.packetsPerSecond * seconds);
  assert.ok(after.rssMB - before.rssMB < 100, `${before.rssMB} MB became ${after.rssMB} MB`);
});
