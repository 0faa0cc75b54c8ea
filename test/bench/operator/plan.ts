import type { Phase } from './phase.ts';

/** So many are made one after the other at each step; at the first steps there are no others. */
export const pacedRooms = 100;

/** The promise is of so many at once, where there are none. */
export const promisedBurst = 1000;
export const promisedSeconds = 20;

/** For so long nothing happens, which is looked at. */
export const quietSeconds = 20;

/** All that is measured in so many steps, in no order. */
export const planned = (steps: readonly number[]): readonly Omit<Phase, 'measured'>[] =>
  steps.flatMap((rooms) =>
    (['paced', 'burst', 'quiet', 'floor', 'restart', 'edits'] as const)
      .filter((phase) => phase !== 'burst' || rooms > pacedRooms)
      .map((phase) => ({ phase, rooms })),
  );
