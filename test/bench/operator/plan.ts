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

/**
 * What is measured at the step to so many rooms, in this order: they are made, left alone, compared with what objects cost
 * alone, found by a new operator, edited, and joined by a few more.
 */
export const phasesAt = (rooms: number): readonly Phase['phase'][] => [
  rooms <= pacedRooms ? 'paced' : 'burst',
  ...(['quiet', 'floor', 'restart', 'edits'] as const),
  ...(rooms <= mostAroundSingle ? (['single'] as const) : []),
  ...(rooms > pacedRooms ? (['paced'] as const) : []),
];

/** All that is measured in so many steps. */
export const planned = (steps: readonly number[]): readonly Omit<Phase, 'measured'>[] =>
  steps.flatMap((rooms) => phasesAt(rooms).map((phase) => ({ phase, rooms })));
