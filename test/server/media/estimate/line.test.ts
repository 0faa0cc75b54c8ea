import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addPoint, clear, fit, line } from '#server/media/estimate/line.ts';
import { freshSeed, seeded } from '#test/harness/seeded.ts';

const near = (actual: number, expected: number, by: number) =>
  assert.ok(Math.abs(actual - expected) <= by, `${actual} is not near ${expected}`);

/** Points 10 apart in x, the last at `toX`. */
function through(y: (x: number) => number, points = 100, toX = 1e9) {
  const of = line();
  for (let i = points - 1; i >= 0; i--) addPoint(of, toX - 10 * i, y(toX - 10 * i));
  return of;
}

test('points on a line give its slope and mean, and no doubt', () => {
  const of = through((x) => 5 + 0.25 * (x - 1e9));
  assert.ok(fit(of, 300));
  near(of.slope, 0.25, 1e-9);
  near(of.mean, 5 - 0.25 * 150, 1e-6);
  assert.ok(of.certainty > 1000);
});

test('only the points of the range count', () => {
  const of = through((x) => Math.max(0, x - 1e9 + 300));
  assert.ok(fit(of, 300));
  near(of.slope, 1, 1e-9);
  assert.ok(fit(of, 600));
  assert.ok(of.slope < 0.8);
});

test('a line that says nothing has no certainty to speak of; one in noise has what its errors leave', (t) => {
  const seed = freshSeed();
  t.diagnostic(`SEED=${seed}`);
  const random = seeded(seed);
  let furthest = 0;
  for (let i = 0; i < 300; i++) {
    const of = through(() => 100 * random());
    fit(of, 300);
    furthest = Math.max(furthest, Math.abs(of.certainty));
  }
  assert.ok(furthest > 1 && furthest < 6, `SEED=${seed}: ${furthest}`);
  const steep = through((x) => 100 * random() + (x - 1e9));
  fit(steep, 300);
  assert.ok(steep.certainty > 6 && Math.abs(steep.slope - 1) < 0.4, `SEED=${seed}: ${steep.slope}`);
});

test('too few points, or points too near to each other, give no line', () => {
  assert.equal(fit(line(), 300), false);
  assert.equal(
    fit(
      through((x) => x, 7),
      10,
    ),
    false,
  );
  assert.equal(
    fit(
      through((x) => x, 15),
      300,
    ),
    false,
  );
  assert.equal(
    fit(
      through((x) => x, 16),
      300,
    ),
    true,
  );
});

test('points far apart count beyond the range, the last eight of them', () => {
  const of = line();
  for (let i = 0; i < 20; i++) addPoint(of, 1000 * i, i < 12 ? 0 : 500 * (i - 12));
  assert.ok(fit(of, 300));
  near(of.slope, 0.5, 1e-9);
});

test('flat points have slope 0 and no certainty', () => {
  const of = through(() => 7);
  assert.ok(fit(of, 300));
  assert.deepEqual([of.slope, of.mean, of.certainty], [0, 7, 0]);
});

test('points that come and go one by one leave the line that the rest of them make', () => {
  const random = seeded(3);
  const running = line();
  const points: { readonly x: number; readonly y: number }[] = [];
  for (let i = 0, x = 1e9; i < 1000; i++) {
    // Now and then dense, and now and then with a gap.
    x += i % 300 < 150 ? 1 + 4 * random() : 300 * random() ** 4;
    points.push({ x, y: 50 * random() + i });
    addPoint(running, x, points.at(-1)?.y ?? 0);
    const fresh = line();
    for (const { x, y } of points.slice(-64)) addPoint(fresh, x, y);
    const isLaid = fit(fresh, 300);
    assert.equal(fit(running, 300), isLaid);
    if (!isLaid) continue;
    near(running.slope, fresh.slope, 1e-9);
    near(running.mean, fresh.mean, 1e-7);
    near(running.certainty, fresh.certainty, 1e-6 * (1 + Math.abs(fresh.certainty)));
  }
});

test('a line forgotten after any number of points, one among them, is a fresh one', () => {
  const random = seeded(5);
  for (let before = 0; before < 70; before++) {
    const [cleared, fresh] = [line(), line()];
    for (let i = 0; i < before; i++) {
      addPoint(cleared, 1e6 + 10 * i, 50 * random());
      fit(cleared, 300);
    }
    clear(cleared);
    for (let i = 0; i < 100; i++) {
      const y = 50 * random();
      addPoint(cleared, 10 * i, y);
      addPoint(fresh, 10 * i, y);
      assert.equal(fit(cleared, 300), fit(fresh, 300));
      assert.equal(cleared.slope, fresh.slope, `point ${i} after ${before}`);
      assert.equal(cleared.mean, fresh.mean);
      assert.equal(cleared.certainty, fresh.certainty);
    }
  }
});
