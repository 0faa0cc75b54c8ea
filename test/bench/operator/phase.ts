/** What one measurement gave; durations in ms, memory in MB. */
export type Measured = Readonly<Record<string, number | Readonly<Record<string, number>>>>;

/** One measurement, at one number of rooms. */
export interface Phase {
  readonly phase: 'floor' | 'single' | 'paced' | 'burst' | 'quiet' | 'restart' | 'edits';
  /** The step: how many rooms there are, without those that `single` and `paced` make at the end of one. */
  readonly rooms: number;
  readonly measured: Measured;
}

/** A measurement, and when what it was of was over, on the clock of `performance.now`: to see that may have taken longer. */
export interface Ended {
  readonly measured: Measured;
  readonly endedAtMs: number;
}

/** A number by its name; NaN where there is none. */
export type Reader = (name: string) => number;

export const reader =
  (measured: Measured): Reader =>
  (name) => {
    const value = measured[name];
    return typeof value === 'number' ? value : Number.NaN;
  };

const none: Reader = () => Number.NaN;

/** The objects alone, as they were last measured before or among so many rooms. */
export function floorAt(phases: readonly Phase[], rooms: number): Reader {
  const last = phases.findLast((one) => one.phase === 'floor' && one.rooms <= rooms);
  return last === undefined ? none : reader(last.measured);
}

/** The CPU time by process, where it was measured. */
export function cpuByProcess({ measured }: Phase): Readonly<Record<string, number>> | undefined {
  return typeof measured['cpuMs'] === 'object' ? measured['cpuMs'] : undefined;
}

/**
 * Each measurement with the rate at which the operator uses CPU afterwards, in percent of a core, while nothing happens: if
 * that was measured next; else as before, since a hundred more among a thousand change little.
 */
export const withRateAfter = (phases: readonly Phase[]): readonly Phase[] =>
  phases.map((one, i) => {
    const next = phases[i + 1];
    const rate =
      next?.phase === 'quiet' ? reader(next.measured)('cpuPercent') : reader(one.measured)('cpuPercentBefore');
    return { ...one, measured: { ...one.measured, cpuPercentAfter: rate } };
  });

/** The operator's CPU time for each new room, in ms, without what it uses meanwhile for rooms with which nothing happens. */
export function cpuMsPerRoom(measured: Reader): number {
  const quietPercent = (measured('cpuPercentBefore') + measured('cpuPercentAfter')) / 2;
  return (measured('operatorMs') - (quietPercent / 100) * measured('tookMs')) / measured('rooms');
}
