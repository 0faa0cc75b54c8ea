import { cpus } from 'node:os';
import { eventually } from '#test/harness/eventually.ts';
import { othersPercent, usedBetween } from './cpu.ts';
import { floor } from './floor.ts';
import { burst, clear, paced, single } from './making.ts';
import type { Ended, Measured, Phase } from './phase.ts';
import { mostAroundSingle, pacedRooms, promisedBurst, quietSeconds, singleRooms } from './plan.ts';
import { applyRoom, type Scene, startOperator, usedByAll } from './scene.ts';
import { editsDuringResync, quiet, restart } from './standing.ts';

export interface StepsOptions {
  /** How many rooms there are at each step, ascending. */
  readonly steps: readonly number[];
  /** What is left out of each step. */
  readonly without: readonly Phase['phase'][];
  /** Options of node for the next process of the operator. */
  readonly nodeOptions: () => readonly string[];
  /** Told of each measurement, and when what it was of was, on the kernel's monotonic clock. */
  readonly onMeasured: (phase: Phase, fromUs: number, toUs: number) => Promise<unknown>;
}

/** A moment on the clock of `performance.now` on the kernel's. */
const kernelUs = (atMs: number): number =>
  Number(process.hrtime.bigint() / 1000n) - Math.round((performance.now() - atMs) * 1000);

const now = (measured: Measured): Ended => ({ measured, endedAtMs: performance.now() });

/** One step after the other: rooms are made, left alone, found by a new operator, edited, and joined by a few more. */
export async function measureSteps(scene: Scene, options: StepsOptions): Promise<void> {
  const { client, nodes, say } = scene;
  let rooms: string[] = [];
  let made = 0;
  let cpuPercentBefore = 0;
  const more = (count: number) => {
    const names = Array.from({ length: count }, () => `room-${++made}`);
    rooms.push(...names);
    return names;
  };
  async function measure(phase: Phase['phase'], among: number, run: () => Promise<Ended>): Promise<void> {
    say(`operator: ${phase}, ${among} rooms`);
    const [beganMs, usedBefore] = [performance.now(), await usedByAll(scene, operator)];
    const { measured, endedAtMs } = await run();
    const used = usedBetween(usedBefore, await usedByAll(scene, operator));
    const others = othersPercent(used, performance.now() - beganMs, cpus().length);
    const one: Phase = { phase, rooms: among, measured: { othersPercent: others, ...measured } };
    await options.onMeasured(one, kernelUs(beganMs), kernelUs(endedAtMs));
  }
  const isWanted = (phase: Phase['phase']) => !options.without.includes(phase);

  // Once before, so that its code has been compiled, as it has been in an image.
  await (await startOperator(scene)).stop();
  let operator = await startOperator(scene, options.nodeOptions());
  await applyRoom(client, 'warm-up');
  await eventually('the first room is ready', () => nodes.count().ready === 1, 120_000);
  await clear(scene, operator);

  for (const step of options.steps) {
    if (step === promisedBurst) {
      await clear(scene, operator);
      rooms = [];
      cpuPercentBefore = 0;
    }
    const missing = { operator, rooms: more(step - rooms.length), cpuPercentBefore };
    if (step <= pacedRooms) await measure('paced', step, () => paced(scene, missing));
    else await measure('burst', step, () => burst(scene, missing));
    if (isWanted('quiet'))
      await measure('quiet', step, async () => {
        const measured = await quiet(operator, scene, quietSeconds);
        cpuPercentBefore = measured.cpuPercent;
        return now(measured);
      });
    await operator.stop();
    if (isWanted('floor')) await measure('floor', step, async () => now(await floor(client, 100)));
    await measure('restart', step, async () => {
      const again = await restart(scene, step, options.nodeOptions());
      operator = again.operator;
      return again;
    });
    const edited = Array.from({ length: Math.min(100, step) }, (_, i) => rooms[(i * 7) % step] ?? '');
    if (isWanted('edits')) await measure('edits', step, () => editsDuringResync(scene, operator, [...new Set(edited)]));
    if (isWanted('single') && step <= mostAroundSingle)
      await measure('single', step, () => single(scene, operator, more(singleRooms)));
    if (isWanted('paced') && step > pacedRooms)
      await measure('paced', step, () => paced(scene, { operator, rooms: more(pacedRooms), cpuPercentBefore }));
  }
  await operator.stop();
}
