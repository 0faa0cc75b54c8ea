import type { Phase } from './phase.ts';

/** So many are made one after the other at each step; at the first steps there are no others. */
export const pacedRooms = 100;

/** So many are made a second apart; not among more, where the control plane's own work on a namespace is what takes long. */
export const singleRooms = 40;
export const mostAroundSingle = 1000;

/** The promise is of so many at once, where there are none. */
export const promisedBurst = 1000;
export const promisedSeconds = 20;

/** For so long nothing happens, which is looked at. */
export const quietSeconds = 20;

/** All that is measured in so many steps, in no order. */
export const planned = (steps: readonly number[]): readonly Omit<Phase, 'measured'>[] =>
  steps.flatMap((rooms) =>
    (['paced', 'burst', 'quiet', 'floor', 'restart', 'edits', 'single'] as const)
      .filter((phase) => phase !== 'burst' || rooms > pacedRooms)
      .filter((phase) => phase !== 'single' || rooms <= mostAroundSingle)
      .map((phase) => ({ phase, rooms })),
  );
