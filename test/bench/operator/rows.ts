import { lagPrecisionMs } from '#operator/telemetry.ts';
import type { Figure } from '../figure.ts';
import { cpuMsPerRoom, type Phase, type Reader } from './phase.ts';
import { promisedBurst, promisedSeconds, quietSeconds } from './plan.ts';

/** A number that is measured at each step. */
export interface Row {
  readonly phase: Exclude<Phase['phase'], 'floor'>;
  readonly name: string;
  readonly unit: Figure['unit'];
  /** NaN where it was not measured. */
  readonly value: (measured: Reader) => number;
  /** The most that it may be, among so many rooms. */
  readonly atMost?: (rooms: number) => number | undefined;
  /** The same of the objects alone. */
  readonly alone?: (floor: Reader) => number;
}

const always = (most: number) => () => most;
const memory: Readonly<Record<number, number>> = { 1000: 200, 5000: 300, 10000: 400 };

/** Without the wait that is wanted between two looks at the clock. */
const lag = (read: Reader): number => read('lagMs') - lagPrecisionMs;

const others = <const P extends Row['phase']>(phase: P, when: string) =>
  ({ phase, name: `CPU taken by others, ${when}`, unit: '%', value: (read: Reader) => read('othersPercent') }) as const;

/** Every number that is looked at, in the order of the page. */
export const rows = {
  requests: {
    ...{ phase: 'paced', name: 'requests per room, 10 rooms a second', unit: '' },
    value: (read) => read('requestsPerRoom'),
    atMost: always(12),
  },
  conflicts: {
    ...{ phase: 'paced', name: 'conflicts per room, 10 rooms a second', unit: '' },
    value: (read) => read('conflictsPerRoom'),
    atMost: always(0.1),
  },
  applyMedian: {
    ...{ phase: 'single', name: 'apply to pod created, a room a second, median', unit: 'ms' },
    value: (read) => read('p50Ms'),
    atMost: always(35),
    alone: (floor) => floor('p50Ms'),
  },
  applySlow: {
    ...{ phase: 'single', name: 'apply to pod created, a room a second, 95 %', unit: 'ms' },
    value: (read) => read('p95Ms'),
    atMost: always(60),
    alone: (floor) => floor('p95Ms'),
  },
  pacedMedian: {
    ...{ phase: 'paced', name: 'apply to pod created, 10 rooms a second, median', unit: 'ms' },
    value: (read) => read('p50Ms'),
  },
  cpuPaced: {
    ...{ phase: 'paced', name: 'CPU per room, 10 rooms a second', unit: 'ms' },
    value: cpuMsPerRoom,
    atMost: always(12),
  },
  cpuBurst: {
    ...{ phase: 'burst', name: 'CPU per room, in a burst', unit: 'ms' },
    value: cpuMsPerRoom,
    atMost: always(12),
  },
  requestsBurst: {
    ...{ phase: 'burst', name: 'requests per room, in a burst', unit: '' },
    value: (read) => read('requestsPerRoom'),
  },
  thousand: {
    ...{ phase: 'burst', name: '1,000 rooms at once, where there were none: all pods exist after', unit: 's' },
    value: (read) => (isPromised(read) ? read('podsMs') / 1000 : Number.NaN),
    atMost: (rooms) => (rooms === promisedBurst ? promisedSeconds : undefined),
    alone: (floor) => (promisedBurst * floor('podsMs')) / floor('rooms') / 1000,
  },
  burst: {
    ...{ phase: 'burst', name: 'burst: a pod exists every', unit: 'ms' },
    value: (read) => read('podsMs') / read('rooms'),
    alone: (floor) => floor('podsMs') / floor('rooms'),
  },
  rss: {
    ...{ phase: 'quiet', name: 'RSS', unit: 'MB' },
    value: (read) => read('rssMB'),
    atMost: (rooms) => memory[rooms],
  },
  idleWrites: {
    ...{ phase: 'quiet', name: `writes in ${quietSeconds} s without an event`, unit: '' },
    value: (read) => read('writes'),
    atMost: always(0),
  },
  idleReads: {
    ...{ phase: 'quiet', name: `reads in ${quietSeconds} s without an event`, unit: '' },
    value: (read) => read('reads'),
    atMost: always(0),
  },
  comparisons: {
    ...{ phase: 'quiet', name: 'comparisons of watches in that time, which read', unit: '' },
    value: (read) => read('comparisons'),
  },
  idleCpu: {
    ...{ phase: 'quiet', name: 'CPU without an event, of a core', unit: '%' },
    value: (read) => read('cpuPercent'),
  },
  asked: {
    ...{ phase: 'quiet', name: 'pods asked in any one second, most', unit: '' },
    value: (read) => read('mostAskedInASecond'),
    atMost: always(200),
  },
  restart: {
    ...{ phase: 'restart', name: 'restart until idle', unit: 's' },
    value: (read) => read('idleMs') / 1000,
    atMost: (rooms) => (rooms <= 5000 ? 4 : undefined),
  },
  listing: {
    ...{ phase: 'restart', name: 'of that, until everything is listed', unit: 's' },
    value: (read) => read('syncedMs') / 1000,
  },
  restartWrites: {
    ...{ phase: 'restart', name: 'writes after a restart', unit: '' },
    value: (read) => read('writes'),
    atMost: always(0),
  },
  restartReads: { phase: 'restart', name: 'reads after a restart', unit: '', value: (read) => read('reads') },
  editMedian: {
    ...{ phase: 'edits', name: 'edit to first write in a resync of all, median', unit: 'ms' },
    value: (read) => read('p50Ms'),
  },
  editSlow: {
    ...{ phase: 'edits', name: 'edit to first write in a resync of all, slowest of 100', unit: 'ms' },
    value: (read) => read('slowestMs'),
    atMost: always(500),
  },
  lagBurst: {
    ...{ phase: 'burst', name: 'event loop lag in a burst, 99 %', unit: 'ms' },
    value: lag,
    atMost: always(50),
  },
  lagEdits: {
    ...{ phase: 'edits', name: 'event loop lag in a resync, 99 %', unit: 'ms' },
    value: lag,
    atMost: always(50),
  },
  connections: {
    ...{ phase: 'burst', name: 'connections to the API server in a burst', unit: '' },
    value: (read) => read('connections'),
    atMost: always(8),
  },
  othersPaced: others('paced', '10 rooms a second'),
  othersBurst: others('burst', 'in a burst'),
  othersRestart: others('restart', 'in a restart'),
  othersEdits: others('edits', 'in a resync'),
} as const satisfies Readonly<Record<string, Row>>;

/** Whether a burst is the one that something is promised of. */
export const isPromised = (burst: Reader): boolean => burst('before') === 0 && burst('rooms') === promisedBurst;
