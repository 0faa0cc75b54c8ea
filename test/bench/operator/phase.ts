/** What one measurement gave; durations in ms, memory in MB. */
export type Measured = Readonly<Record<string, number | Readonly<Record<string, number>>>>;

/** One measurement, at one number of rooms. */
export interface Phase {
  readonly phase: 'floor' | 'paced' | 'burst' | 'quiet' | 'restart' | 'edits';
  /** Rooms that there are beside those of the measurement; for `burst` with them. */
  readonly rooms: number;
  readonly measured: Measured;
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
