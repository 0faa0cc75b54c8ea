import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideLayer, type LayerInput, layerChoice, noteSwitched } from '#server/media/down/layer-choice.ts';
import { freshSeed, seeded } from '#test/harness/seeded.ts';

const layersBps = [150_000, 500_000, 2_500_000];

/** A choice, asked every 100 ms; key frames come at once unless `hasKeyFrames` is set to false. */
function chooser(initially: Partial<LayerInput> = {}) {
  const input: LayerInput = {
    nowMs: 0,
    estimateBps: 10e6,
    otherBps: 0,
    lossRatio: 0,
    isCongested: false,
    layersBps,
    canProbe: true,
    chosen: -1,
    highest: 2,
    ...initially,
  };
  const choice = layerChoice(0);
  let hasKeyFrames = true;
  /** Lets time pass; returns what was wanted at the end of each step, repeats left out. */
  const pass = (ms: number, changes: Partial<LayerInput> = {}): number[] => {
    Object.assign(input, changes);
    const wanted: number[] = [];
    for (const end = input.nowMs + ms; input.nowMs < end; input.nowMs += 100) {
      decideLayer(choice, input);
      if (hasKeyFrames && choice.wanted >= 0 && choice.wanted !== choice.present)
        noteSwitched(choice, choice.wanted, input.nowMs);
      if (wanted.at(-1) !== choice.wanted) wanted.push(choice.wanted);
    }
    return wanted;
  };
  return { choice, input, pass, keyFrames: (come: boolean) => (hasKeyFrames = come) };
}

test('it begins with the lowest that flows, and with none where none does', () => {
  const { pass } = chooser({ layersBps: [0, 0, 0] });
  assert.deepEqual(pass(1000), [-1]);
  assert.deepEqual(pass(1000, { layersBps: [0, 500_000, 0] }), [1]);
  assert.deepEqual(chooser().pass(500), [0]);
  assert.deepEqual(chooser({ layersBps: [] }).pass(500), [-1]);
});

test('up a layer at a time, each after a second of calm and half a second of probing', () => {
  const { pass, choice } = chooser();
  assert.deepEqual(pass(1000), [0]);
  assert.equal(choice.probeBps, 0);
  pass(100);
  assert.equal(choice.probeBps, 600_000);
  assert.deepEqual(pass(400), [0]);
  assert.deepEqual(pass(200), [1]);
  assert.equal(choice.probeBps, 0);
  assert.deepEqual(pass(5000), [1, 2]);
  assert.deepEqual(pass(60_000), [2]);
  assert.equal(choice.probeBps, 0);
});

test('probing goes to 1.2 times what the layer takes with its losses, beside what else is sent', () => {
  const { pass, choice } = chooser({ otherBps: 50_000, lossRatio: 0.05 });
  pass(1200);
  assert.equal(Math.round(choice.probeBps), Math.round(1.2 * (50_000 + 500_000 / 0.95)));
});

test('a probe goes no further than 1.5 times what may be sent by now, and grows with it', () => {
  const { pass, choice } = chooser({ estimateBps: 300_000 });
  pass(1200);
  assert.equal(choice.probeBps, 450_000);
  assert.deepEqual(pass(600, { estimateBps: 380_000 }), [0]);
  assert.equal(choice.probeBps, 570_000);
  assert.deepEqual(pass(100, { estimateBps: 560_000 }), [1]);
});

test('no proof: the probe ends after 5 s, and the next comes after twice the wait', () => {
  const { pass, choice, input } = chooser({ estimateBps: 400_000 });
  const probes: number[] = [];
  while (input.nowMs < 200_000) {
    const before = choice.probeBps;
    pass(100);
    if (before === 0 && choice.probeBps > 0) probes.push((input.nowMs - 100) / 1000);
  }
  assert.equal(choice.wanted, 0);
  const waits = probes.slice(1).map((at, i) => Math.round(at - (probes[i] ?? 0) - 5));
  assert.deepEqual(waits.slice(0, 6), [2, 4, 8, 16, 30, 30]);
});

test('congestion ends a probe at once', () => {
  const { pass, choice } = chooser();
  pass(1200);
  assert.ok(choice.probeBps > 0);
  pass(100, { isCongested: true });
  assert.equal(choice.probeBps, 0);
  assert.equal(choice.probeWaitMs, 2000);
  assert.deepEqual(pass(2000, { isCongested: false }), [0]);
});

test('congestion and loss put off going up', () => {
  const { pass } = chooser();
  for (let i = 0; i < 20; i++) {
    assert.deepEqual(pass(900, { isCongested: false, lossRatio: 0.02 }), [0]);
    pass(100, i % 2 === 0 ? { isCongested: true } : { lossRatio: 0.2 });
  }
});

test('down at once, past layers that are too much', () => {
  const { pass } = chooser();
  assert.deepEqual(pass(10_000), [0, 1, 2]);
  assert.deepEqual(pass(100, { estimateBps: 300_000 }), [0]);
});

test('down without a key frame is only asked for: the present layer goes on', () => {
  const { pass, choice, keyFrames } = chooser();
  pass(10_000);
  keyFrames(false);
  pass(1000, { estimateBps: 600_000 });
  assert.deepEqual([choice.wanted, choice.present], [1, 2]);
  pass(1000, { estimateBps: 200_000 });
  assert.deepEqual([choice.wanted, choice.present], [0, 2]);
  keyFrames(true);
  pass(100);
  assert.equal(choice.present, 0);
});

test('a moment’s queue is no reason to go down; one that stays for 1.5 s is', () => {
  const { pass } = chooser();
  pass(10_000);
  assert.deepEqual(pass(1400, { estimateBps: 2_200_000 }), [2]);
  assert.deepEqual(pass(5000, { estimateBps: 2_450_000 }), [2]);
  assert.deepEqual(pass(1500, { estimateBps: 2_200_000 }), [2]);
  assert.deepEqual(pass(100), [1]);
});

test('the lowest is kept, whatever the estimate', () => {
  const { pass, choice } = chooser({ estimateBps: 30_000 });
  assert.deepEqual(pass(60_000), [0]);
  assert.equal(choice.probeBps, 0);
});

test('what else is sent is taken off', () => {
  const { pass } = chooser({ estimateBps: 700_000, otherBps: 200_000 });
  assert.deepEqual(pass(10_000), [0]);
  assert.equal(pass(60_000, { otherBps: 0 }).at(-1), 1);
});

test('down soon after an up doubles the wait each time; an up that lasted makes it short again', () => {
  const { pass, choice } = chooser();
  const waits = [1, 2, 3].map(() => {
    for (let i = 0; choice.present < 2 && i < 1000; i++) pass(100, { estimateBps: 10e6 });
    pass(1000, { estimateBps: 700_000 });
    assert.equal(choice.present, 1);
    return choice.upWaitMs;
  });
  assert.deepEqual(waits, [2000, 4000, 8000]);
  pass(30_000, { estimateBps: 10e6 });
  assert.deepEqual([choice.present, choice.upWaitMs], [2, 1000]);
});

test('a layer that stops gives way to the one below, else to the one above', () => {
  const { pass } = chooser();
  pass(10_000);
  assert.deepEqual(pass(100, { layersBps: [150_000, 500_000, 0] }), [1]);
  assert.deepEqual(pass(100, { layersBps: [0, 0, 2_500_000] }), [2]);
});

test('no higher than the highest that is allowed', () => {
  const { pass } = chooser({ highest: 1 });
  assert.deepEqual(pass(30_000), [0, 1]);
  assert.deepEqual(pass(100, { highest: 0 }), [0]);
  assert.deepEqual(pass(30_000, { highest: 99 }), [0, 1, 2]);
});

test('a layer that was chosen is sent, whatever the network says; automatic again, it goes on from there', () => {
  const { pass, choice } = chooser({ estimateBps: 200_000 });
  assert.deepEqual(pass(10_000, { chosen: 2 }), [2]);
  assert.equal(choice.probeBps, 0);
  assert.deepEqual(pass(1000, { chosen: 1 }), [1]);
  assert.deepEqual(pass(1000, { chosen: 1, layersBps: [150_000, 0, 2_500_000] }), [0]);
  pass(1000, { chosen: 2, layersBps });
  assert.deepEqual(pass(100, { chosen: -1 }), [0]);
});

test('without a way to probe it goes up after the calm, and has two seconds to be proven', () => {
  const { pass, choice } = chooser({ canProbe: false, estimateBps: 225_000 });
  assert.deepEqual(pass(1200), [0, 1]);
  assert.deepEqual(pass(1500), [1]);
  pass(1000);
  assert.equal(choice.wanted, 0);
  assert.equal(choice.upWaitMs, 2000);
  const other = chooser({ canProbe: false, estimateBps: 225_000 });
  other.pass(1200);
  assert.deepEqual(other.pass(200, { isCongested: true }), [0], 'congestion takes the time away');
});

test('whatever comes, the layer that is wanted flows, is allowed, and costs no probe beyond what is known', (t) => {
  const seed = freshSeed();
  t.diagnostic(`SEED=${seed}`);
  const random = seeded(seed);
  const choice = layerChoice(0);
  for (let nowMs = 0; nowMs < 3_000_000; nowMs += 100) {
    const input: LayerInput = {
      nowMs,
      estimateBps: 30_000 + 4e6 * random() ** 2,
      otherBps: 100_000 * random(),
      lossRatio: random() < 0.9 ? 0 : random(),
      isCongested: random() < 0.05,
      layersBps: layersBps.map((bps) => (random() < 0.9 ? bps * (0.5 + random()) : 0)),
      canProbe: random() < 0.9,
      chosen: random() < 0.9 ? -1 : Math.floor(5 * random()),
      highest: Math.floor(4 * random()),
    };
    decideLayer(choice, input);
    const { wanted, probeBps } = choice;
    const flowing = [0, 1, 2].filter((layer) => (input.layersBps[layer] ?? 0) > 0);
    const bound = input.chosen >= 0 ? input.chosen : input.highest;
    const allowed = flowing.some((layer) => layer <= bound) ? flowing.filter((layer) => layer <= bound) : flowing;
    assert.ok(flowing.length === 0 || allowed.includes(wanted), `SEED=${seed}, ${nowMs}: ${wanted} of ${allowed}`);
    assert.ok(probeBps >= 0 && probeBps <= 1.5 * input.estimateBps, `SEED=${seed}, ${nowMs}: ${probeBps}`);
    if (wanted !== choice.present && random() < 0.5) noteSwitched(choice, wanted, nowMs);
  }
});
