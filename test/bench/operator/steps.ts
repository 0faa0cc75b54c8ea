import { cpus } from 'node:os';
import { eventually } from '#test/harness/eventually.ts';
import { othersPercent, usedBetween } from './cpu.ts';
import { floor } from './floor.ts';
import { burst, clear, paced, single } from './making.ts';
import type { Ended, Measured, Phase } from './phase.ts';
import { pacedRooms, phasesAt, promisedBurst, quietSeconds, singleRooms } from './plan.ts';
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

/** Without these a step has no rooms, or the next one no operator. */
const neededAt = (rooms: number): readonly Phase['phase'][] => [rooms <= pacedRooms ? 'paced' : 'burst', 'restart'];

/** Measured while there is no operator, or none yet. */
const begunAlone: readonly Phase['phase'][] = ['floor', 'restart'];

/** One step after the other, as `phasesAt` tells. */
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
  const making = (count: number) => ({ operator, rooms: more(count), cpuPercentBefore });
  const measures: Readonly<Record<Phase['phase'], (step: number) => Promise<Ended>>> = {
    paced: (step) => paced(scene, making(step <= pacedRooms ? step - rooms.length : pacedRooms)),
    burst: (step) => burst(scene, making(step - rooms.length)),
    async quiet() {
      const measured = await quiet(operator, scene, quietSeconds);
      cpuPercentBefore = measured.cpuPercent;
      return now(measured);
    },
    floor: async () => now(await floor(client, 100)),
    async restart(step) {
      const again = await restart(scene, step, options.nodeOptions());
      operator = again.operator;
      return again;
    },
    edits: (step) => editsDuringResync(scene, operator, spread(rooms, step)),
    single: () => single(scene, operator, more(singleRooms)),
  };
  async function measure(phase: Phase['phase'], among: number): Promise<void> {
    say(`operator: ${phase}, ${among} rooms`);
    if (begunAlone.includes(phase)) await operator.stop();
    const [beganMs, usedBefore] = [performance.now(), await usedByAll(scene, operator)];
    const { measured, endedAtMs } = await measures[phase](among);
    const used = usedBetween(usedBefore, await usedByAll(scene, operator));
    const others = othersPercent(used, performance.now() - beganMs, cpus().length);
    const one: Phase = { phase, rooms: among, measured: { othersPercent: others, ...measured } };
    await options.onMeasured(one, kernelUs(beganMs), kernelUs(endedAtMs));
  }

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
    const needed = neededAt(step);
    for (const phase of phasesAt(step))
      if (needed.includes(phase) || !options.without.includes(phase)) await measure(phase, step);
  }
  await operator.stop();
}

/** A hundred of so many rooms at most, not one beside the other. */
const spread = (rooms: readonly string[], step: number): readonly string[] => {
  const some = Array.from({ length: Math.min(100, step) }, (_, i) => rooms[(i * 7) % step] ?? '');
  return [...new Set(some)];
};
