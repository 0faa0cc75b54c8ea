/** What this machine allows at best, in words: whose CPU a burst and a restart take, and how much of it there is. */
import { sum, type Used } from './cpu.ts';
import { cpuByProcess, floorAt, type Phase, type Reader, reader } from './phase.ts';
import { promisedSeconds as target } from './plan.ts';
import { isPromised } from './rows.ts';
import { count, inSeconds, percent, tenths } from './words.ts';

const controlPlane = ['kube-apiserver', 'etcd', 'kube-controller-manager', 'kube-scheduler'] as const;
/** In the order of the tables. */
const processes = ['operator', ...controlPlane, 'bench', 'other'] as const;

const explained = `"bench" is the client that applies the rooms, and the stand-in for nodes
and pods; "other" is everybody else on the machine, and what its host took.`;

const pick = (cpu: Used, names: readonly string[]) => names.map((name) => cpu[name] ?? 0);
const total = (cpu: Used, names: readonly string[]) => pick(cpu, names).reduce((all, ms) => all + ms, 0);

/** A measurement, and whose CPU it took. */
interface Taken {
  readonly phase: Phase;
  readonly cpu: Used;
}

const withCpu = (phases: readonly Phase[], kind: Phase['phase']): readonly Taken[] =>
  phases.flatMap((phase) => {
    const cpu = phase.phase === kind ? cpuByProcess(phase) : undefined;
    return cpu === undefined ? [] : [{ phase, cpu }];
  });

const cpuTable = (lines: readonly (readonly [rooms: number, cells: readonly string[]])[]): string =>
  `| rooms | ${processes.join(' | ')} | all |
|${'---|'.repeat(processes.length + 2)}
${lines.map(([rooms, cells]) => `| ${count(rooms)} | ${cells.join(' | ')} |`).join('\n')}
`;

/** Whose CPU a burst takes until all its pods exist, and what follows from that. */
export function burstLimit(phases: readonly Phase[], cores: number): string {
  const bursts = withCpu(phases, 'burst');
  if (bursts.length === 0) return '';
  const promised = bursts.find(({ phase }) => isPromised(reader(phase.measured)));
  return `
## Whose CPU a burst takes
Milliseconds of CPU until all pods exist, for each new room. All that was used in that time is shared out among the new rooms,
also what those cost that were there before. ${explained}

${cpuTable(
  bursts.map(({ phase: { rooms, measured }, cpu }) => {
    const each = [...pick(cpu, processes), sum(cpu)].map((ms) => ms / reader(measured)('rooms'));
    return [rooms, each.map(tenths)];
  }),
)}${promised === undefined ? '' : `\n${promisedInWords(promised, floorAt(phases, promised.phase.rooms), cores)}\n`}`;
}

function promisedInWords({ phase, cpu }: Taken, floor: Reader, cores: number): string {
  const read = reader(phase.measured);
  const made = read('rooms');
  const each = (names: readonly string[]) => total(cpu, names) / made;
  const least = (ms: number) => (ms * made) / cores;
  const [involved, needed, own] = [sum(cpu) / made - each(['other']), each(controlPlane), each(['operator'])];
  const busy = percent(sum(cpu) / cores, read('podsMs'));
  const alone = (made * floor('podsMs')) / floor('rooms');
  return `${count(made)} rooms at once, where there were none, had all of their pods after ${inSeconds(read('podsMs'))}; the target is ${target} s.
Until then each took ${tenths(involved)} ms of CPU, of which the operator's part is ${tenths(own)} ms (${percent(own, involved)}): ${cores} CPUs can
do that in ${inSeconds(least(involved))} at best. They were busy ${busy} of the time, ${percent(cpu['other'] ?? 0, sum(cpu))} of that for others or taken by the host.
In this run the control plane's share alone (API server, etcd, controllers, scheduler) was ${tenths(needed)} ms of CPU a room, ${inSeconds(least(needed))} on
${cores} CPUs, ${
    least(needed) > target * 1000
      ? 'which is beyond the target'
      : 'which leaves the rest of the target to the operator and the bench'
  }; it holds all that these did until the last pod existed, also for pods that
existed already.${
    Number.isNaN(alone)
      ? ''
      : ` Of objects alone, without an operator, ${count(floor('rooms'))} at once took ${inSeconds(floor('podsMs'))}: at that
rate ${count(made)} would take ${inSeconds(alone)}.`
  }`;
}

/** Whose CPU a restart takes until the operator is idle again. */
export function restartLimit(phases: readonly Phase[], cores: number): string {
  const restarts = withCpu(phases, 'restart');
  if (restarts.length === 0) return '';
  const words = restarts.map(({ phase: { rooms, measured }, cpu }) => {
    const read = reader(measured);
    const [involvedMs, ownMs] = [sum(cpu) - (cpu['other'] ?? 0), cpu['operator'] ?? 0];
    const times = `${inSeconds(read('idleMs'))}, of which ${inSeconds(read('syncedMs'))} until everything is listed`;
    return `- ${count(rooms)} rooms: ${times}. The operator took ${inSeconds(ownMs)} of CPU, all together
  ${inSeconds(involvedMs)}, which ${cores} CPUs can do in ${inSeconds(involvedMs / cores)} at best.`;
  });
  return `
## Whose CPU a restart takes
Seconds until the operator is idle, from the start of its process; it lists everything, and then looks at each room once.

${cpuTable(restarts.map(({ phase: { rooms }, cpu }) => [rooms, [...pick(cpu, processes), sum(cpu)].map((ms) => (ms / 1000).toFixed(2))]))}
${words.join('\n')}
`;
}
