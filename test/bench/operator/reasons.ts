/** Why a target is missed, in sentences that say no more than what the run itself has measured. */
import { type Figure, measuredText } from '../figure.ts';
import { sum } from './cpu.ts';
import { cells } from './figures.ts';
import { cpuByProcess, type Phase, reader } from './phase.ts';
import { sharesInWords } from './profile-words.ts';
import { type Row, rows } from './rows.ts';
import type { Run } from './run.ts';
import { count, inARow, inSeconds, percent, tenths } from './words.ts';

/** A number that is beyond its target, and what was measured with it. */
export interface Miss {
  readonly rooms: number;
  readonly figure: Figure;
  readonly phase: Phase;
  readonly run: Run;
}

/** A sentence; none where what it is of was not measured. */
type Reason = (miss: Miss) => string | undefined;

const objectsAlone: Reason = ({ figure: { value, unit, baseline, target } }) => {
  if (baseline === undefined) return undefined;
  const isBeyond = baseline.value > (target?.atMost ?? Number.NaN);
  return `The same objects made without an operator took ${measuredText(baseline.value)} ${unit}, ${
    isBeyond ? beyond : `${percent(baseline.value, value)} of it`
  }.`;
};

const beyond = 'which is beyond the target by itself';

/** Whose CPU was taken, and in which time: both until what the measurement is of was over. */
function cpuTaken({ phase }: Miss) {
  const cpu = cpuByProcess(phase);
  const names: Partial<Record<Phase['phase'], string>> = { burst: 'podsMs', restart: 'idleMs' };
  const tookMs = reader(phase.measured)(names[phase.phase] ?? 'tookMs');
  if (cpu === undefined || Number.isNaN(tookMs)) return undefined;
  return { tookMs, ownMs: cpu['operator'] ?? 0, allMs: sum(cpu), involvedMs: sum(cpu) - (cpu['other'] ?? 0) };
}

const cpuAtBest: Reason = (miss) => {
  const taken = cpuTaken(miss);
  if (taken === undefined) return undefined;
  const { cores } = miss.run;
  const bestMs = taken.involvedMs / cores;
  const isBeyond = Number(tenths(bestMs / 1000)) > (miss.figure.target?.atMost ?? Number.NaN);
  return `Until then the operator took ${inSeconds(taken.ownMs)} of CPU and all processes together ${inSeconds(taken.involvedMs)}: ${cores} CPUs can do that in ${inSeconds(bestMs)} at best${isBeyond ? `, ${beyond}` : ''}.`;
};

const busyCpus: Reason = (miss) => {
  const taken = cpuTaken(miss);
  if (taken === undefined) return undefined;
  const { cores } = miss.run;
  return `The ${cores} CPUs were busy ${percent(taken.allMs, cores * taken.tookMs)} of the time, ${percent(taken.ownMs, taken.allMs)} of that with the operator.`;
};

/** From here on there is mostly somebody who waits for a CPU. */
const fullShare = 0.9;

/** That it waited for a CPU where all had much to do, and else what it did with its own. */
const waitOrWork: Reason = (miss) => {
  const taken = cpuTaken(miss);
  return taken !== undefined && taken.allMs > fullShare * miss.run.cores * taken.tookMs
    ? 'So it waited for a CPU, too, and that counts.'
    : byProfile(miss);
};

const untilListed: Reason = ({ phase }) =>
  `Everything is listed after ${inSeconds(reader(phase.measured)('syncedMs'))}.`;

/** The same work without pauses. */
const inBurst: Reason = ({ run }) => {
  const burst = cells(run.phases).find(({ row }) => row === rows.cpuBurst);
  if (burst === undefined) return undefined;
  const { value, unit } = burst.figure;
  return `In the burst up to ${count(burst.rooms)} rooms, where each comes right after the one before, a room took ${measuredText(value)} ${unit}.`;
};

const untilPods: Reason = ({ phase }) => {
  const ownMs = cpuByProcess(phase)?.['operator'];
  if (ownMs === undefined) return undefined;
  return `When all pods existed it was ${tenths(ownMs / reader(phase.measured)('rooms'))} ms.`;
};

const byProfile: Reason = ({ phase, run }) => {
  const found = run.profiles.find((one) => one.phase === phase.phase);
  if (found === undefined) return undefined;
  return `What its main thread did, by a profile with ${count(found.rooms)} rooms: ${sharesInWords(found)}.`;
};

const memoryByRoom: Reason = ({ rooms, figure, run }) => {
  const before = cells(run.phases).findLast((cell) => cell.row === rows.rss && cell.rooms < rooms);
  if (before === undefined) return undefined;
  const { value } = before.figure;
  const each = (1000 * (figure.value - value)) / (rooms - before.rooms);
  return `A thousand rooms more take ${tenths(each)} MB: with ${count(before.rooms)} it was ${measuredText(value)} MB.`;
};

const requestsByKind: Reason = ({ phase: { measured } }) => {
  const kinds = typeof measured['requests'] === 'object' ? Object.entries(measured['requests']) : [];
  const each = kinds.map(([kind, asked]) => `${measuredText(asked / reader(measured)('rooms'))} ${kind}`);
  return each.length === 0 ? undefined : `A room's requests, by method and status: ${inARow(each)}.`;
};

const comparisons: Reason = ({ phase }) => {
  const made = reader(phase.measured)('comparisons');
  return made > 0 ? `Comparisons of watches with what there is, which read: ${count(made)}.` : undefined;
};

const medianOfEdits: Reason = ({ phase: { measured } }) =>
  `Half of the edits took at most ${measuredText(reader(measured)('p50Ms'))} ms.`;

/** Fewer are on any machine. */
const manyOthersPercent = 5;

const takenByOthers: Reason = ({ phase: { measured } }) => {
  const others = reader(measured)('othersPercent');
  return others >= manyOthersPercent ? `Others took ${tenths(others)} % of the CPUs meanwhile.` : undefined;
};

const ofRow: ReadonlyMap<Row, readonly Reason[]> = new Map<Row, readonly Reason[]>([
  [rows.requests, [requestsByKind]],
  [rows.conflicts, [requestsByKind]],
  [rows.applyMedian, [objectsAlone]],
  [rows.applySlow, [objectsAlone]],
  [rows.cpuPaced, [inBurst, busyCpus, byProfile]],
  [rows.cpuBurst, [untilPods, busyCpus, byProfile]],
  [rows.thousand, [cpuAtBest]],
  [rows.rss, [memoryByRoom]],
  [rows.idleReads, [comparisons]],
  [rows.restart, [cpuAtBest, untilListed, byProfile]],
  [rows.editSlow, [medianOfEdits, busyCpus, waitOrWork]],
  [rows.lagBurst, [busyCpus, waitOrWork]],
  [rows.lagEdits, [busyCpus, waitOrWork]],
]);

/** All that the run tells of why a number of a row is beyond its target; nothing where it tells nothing. */
export const reasons = (row: Row, miss: Miss): readonly string[] =>
  [...(ofRow.get(row) ?? []), takenByOthers].map((reason) => reason(miss)).filter((sentence) => sentence !== undefined);
