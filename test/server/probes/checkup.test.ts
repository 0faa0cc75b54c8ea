import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Check, checkup, type Finding, passes } from '#server/probes/checkup.ts';
import { type FakeClock, fakeClock } from '#test/server/fake-clock.ts';

const check = (name: string, look: Check['look'], traits: Partial<Check> = {}): Check => ({
  name,
  probe: 'live',
  isCritical: true,
  look,
  ...traits,
});
const good = async () => undefined;
const bad = async () => 'broken';

/** Whatever can answer at once has answered. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A check-up on a clock that the test moves, and what it told of. */
function checked(checks: readonly Check[], clock: FakeClock = fakeClock()) {
  const turns: string[] = [];
  const look = checkup(checks, {
    clock,
    nowMs: clock.now,
    timeoutMs: 1000,
    keepMs: 500,
    onTurn: ({ name, fault }) => turns.push(`${name}: ${fault ?? 'passes'}`),
  });
  return { look, clock, turns };
}

const faults = (findings: readonly Finding[]) => Object.fromEntries(findings.map(({ name, fault }) => [name, fault]));

test('each check says what is wrong, by an answer or by an error', async () => {
  const { look } = checked([
    check('good', good),
    check('bad', bad),
    check('throws', async () => {
      throw new Error('no thread');
    }),
  ]);
  assert.deepEqual(faults(await look()), { good: undefined, bad: 'broken', throws: 'Error: no thread' });
});

test('a check that does not answer fails by itself, and holds up no other', async () => {
  const clock = fakeClock();
  const { look } = checked([check('hangs', () => new Promise(() => {})), check('good', good)], clock);
  const looking = look();
  await settled();
  clock.advance(1000);
  const findings = await looking;
  assert.deepEqual(faults(findings), { hangs: 'no answer within 1000 ms', good: undefined });
  assert.equal(findings[0]?.seconds, 1);
});

test('how long a check took is told to the microsecond', async () => {
  const clock = fakeClock();
  const { look } = checked([check('slow', async () => void clock.advance(1.2345678))], clock);
  assert.equal((await look())[0]?.seconds, 0.001235);
});

test('checks run side by side', async () => {
  const begun: string[] = [];
  const answers = Promise.withResolvers<undefined>();
  const waiting = (name: string) =>
    check(name, () => {
      begun.push(name);
      return answers.promise;
    });
  const looking = checked([waiting('a'), waiting('b')]).look();
  assert.deepEqual(begun, ['a', 'b']);
  answers.resolve(undefined);
  assert.deepEqual(faults(await looking), { a: undefined, b: undefined });
});

test('a flood of questions is one look, until what it found is old', async () => {
  let looks = 0;
  const { look, clock } = checked([
    check('counted', async () => {
      looks++;
      return undefined;
    }),
  ]);
  await Promise.all(Array.from({ length: 1000 }, look));
  clock.advance(499);
  await look();
  assert.equal(looks, 1);
  clock.advance(1);
  await look();
  assert.equal(looks, 2);
});

test('what begins to fail is told once, and again when it passes', async () => {
  let fault: string | undefined;
  const { look, clock, turns } = checked([check('media', async () => fault)]);
  for (const now of [undefined, 'silent', 'still silent', undefined, undefined]) {
    fault = now;
    await look();
    clock.advance(500);
  }
  assert.deepEqual(turns, ['media: silent', 'media: passes']);
});

test('a probe fails with its own critical checks only', async () => {
  const checks = [check('lag', bad, { isCritical: false }), check('address', bad, { probe: 'ready' })];
  const findings = await checked(checks).look();
  assert.equal(passes(findings, 'live'), true);
  assert.equal(passes(findings, 'ready'), false);
});
