import { eventually } from '#test/harness/eventually.ts';
import { floor } from './floor.ts';
import { burst, clear, paced } from './making.ts';
import type { Measured, Phase } from './phase.ts';
import { promisedBurst } from './rows.ts';
import { applyRoom, type Scene, startOperator } from './scene.ts';
import { editsDuringResync, quiet, restart } from './standing.ts';

export interface StepsOptions {
  /** How many rooms there are at each step, ascending. */
  readonly steps: readonly number[];
  /** What is left out of each step. */
  readonly without: readonly Phase['phase'][];
  /** Options of node for the next process of the operator. */
  readonly nodeOptions: () => readonly string[];
  /** Told of each measurement, and when it was, on the kernel's monotonic clock. */
  readonly onMeasured: (phase: Phase, fromUs: number, toUs: number) => Promise<unknown>;
}

/** So many are made one after the other at each step; at the first steps there are no others. */
const pacedRooms = 100;

const nowUs = (): number => Number(process.hrtime.bigint() / 1000n);

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
  async function measure(phase: Phase['phase'], among: number, run: () => Promise<Measured>): Promise<void> {
    say(`operator: ${phase}, ${among} rooms`);
    const fromUs = nowUs();
    const measured = await run();
    await options.onMeasured({ phase, rooms: among, measured }, fromUs, nowUs());
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
        const measured = await quiet(operator, scene, 20);
        cpuPercentBefore = measured.cpuPercent;
        return measured;
      });
    await operator.stop();
    if (isWanted('floor')) await measure('floor', step, () => floor(client, 100));
    await measure('restart', step, async () => {
      const again = await restart(scene, options.nodeOptions());
      operator = again.operator;
      return again.measured;
    });
    const edited = Array.from({ length: Math.min(100, step) }, (_, i) => rooms[(i * 7) % step] ?? '');
    if (isWanted('edits')) await measure('edits', step, () => editsDuringResync(scene, operator, [...new Set(edited)]));
    if (isWanted('paced') && step > pacedRooms)
      await measure('paced', step, () => paced(scene, { operator, rooms: more(pacedRooms), cpuPercentBefore }));
  }
  await operator.stop();
}
