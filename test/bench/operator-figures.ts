import type { Figure } from './figure.ts';
import type { Measured } from './operator-phases.ts';

/** One measurement, at one number of rooms. */
export interface Phase {
  readonly phase: 'floor' | 'paced' | 'burst' | 'quiet' | 'restart' | 'edits';
  /** Rooms that there are when it ends. */
  readonly rooms: number;
  readonly measured: Measured;
}

/** Most memory that the operator may hold, in MB, by rooms. */
const memoryTargets: Readonly<Record<number, number>> = { 1000: 200, 5000: 300, 10000: 400 };

/** The measurements as figures, each with what it has to keep. */
export function figuresOf(phases: readonly Phase[]): readonly Figure[] {
  const floor = phases.find(({ phase }) => phase === 'floor')?.measured ?? {};
  return phases.flatMap((one) =>
    one.phase === 'floor' ? [] : make[one.phase](reader(one.measured), one, reader(floor)),
  );
}

const reader =
  (measured: Measured) =>
  (name: string): number => {
    const value = measured[name];
    return typeof value === 'number' ? value : Number.NaN;
  };

type Read = ReturnType<typeof reader>;

const make: Readonly<Record<Exclude<Phase['phase'], 'floor'>, (read: Read, phase: Phase, floor: Read) => Figure[]>> = {
  paced: (read, _phase, floor) => [
    {
      ...{ name: 'apply to pod created, median', value: read('p50Ms'), unit: 'ms', target: { atMost: 35 } },
      baseline: { name: 'objects alone', value: floor('p50Ms') },
    },
    {
      ...{ name: 'apply to pod created, 95 %', value: read('p95Ms'), unit: 'ms', target: { atMost: 60 } },
      baseline: { name: 'objects alone', value: floor('p95Ms') },
    },
    { name: 'requests per room, 10 rooms a second', value: read('requestsPerRoom'), unit: '', target: { atMost: 12 } },
    { name: 'conflicts per room', value: read('conflictsPerRoom'), unit: '', target: { atMost: 0.1 } },
    { name: 'CPU per room, 10 rooms a second', value: read('cpuMsPerRoom'), unit: 'ms', target: { atMost: 12 } },
  ],
  burst: (read, { rooms }, floor) => [
    {
      name: `burst up to ${rooms} rooms: each pod exists after`,
      value: read('podsMs') / read('rooms'),
      unit: 'ms',
      baseline: { name: 'objects alone', value: floor('podsMs') / floor('rooms') },
      target: { atMost: 20 },
    },
    { name: `requests per room in that`, value: read('requestsPerRoom'), unit: '' },
    { name: `CPU per room in that`, value: read('cpuMsPerRoom'), unit: 'ms', target: { atMost: 12 } },
    { name: 'event loop lag in that, 99 %', value: read('lagMs'), unit: 'ms', target: { atMost: 50 } },
    { name: 'connections to the API server in that', value: read('connections'), unit: '', target: { atMost: 8 } },
  ],
  quiet: (read, { rooms }) => [
    { name: `${rooms} quiet rooms: writes in 20 s`, value: read('writes'), unit: '', target: { atMost: 0 } },
    { name: `${rooms} quiet rooms: reads in 20 s`, value: read('reads'), unit: '', target: { atMost: 0 } },
    {
      ...{ name: `${rooms} quiet rooms: pods asked`, value: read('askedPerSecond'), unit: '/s' },
      target: { atMost: 200 },
    },
    { name: `${rooms} quiet rooms: CPU`, value: read('cpuPercent'), unit: '%' },
    {
      ...{ name: `${rooms} quiet rooms: RSS`, value: read('rssMB'), unit: 'MB' },
      ...(memoryTargets[rooms] && { target: { atMost: memoryTargets[rooms] } }),
    },
  ],
  restart: (read, { rooms }) => [
    {
      ...{ name: `restart with ${rooms} rooms until idle`, value: read('idleMs'), unit: 'ms' },
      ...(rooms <= 5000 && { target: { atMost: 4000 } }),
    },
    { name: 'writes of that', value: read('writes'), unit: '', target: { atMost: 0 } },
    { name: 'reads of that', value: read('reads'), unit: '' },
  ],
  edits: (read, { rooms }) => [
    {
      ...{ name: `edit to first write in a resync of ${rooms}, median`, value: read('p50Ms'), unit: 'ms' },
    },
    {
      ...{ name: `edit to first write in a resync of ${rooms}, 99 %`, value: read('p99Ms'), unit: 'ms' },
      target: { atMost: 500 },
    },
    { name: 'event loop lag in that, 99 %', value: read('lagMs'), unit: 'ms', target: { atMost: 50 } },
  ],
};
