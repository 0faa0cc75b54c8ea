/**
 * What the operator costs and how fast it is: as a process of its own, on a real control plane on the same machine, with a
 * stand-in for nodes and pods. `-- --full` goes on to 10,000 rooms, `-- --profile` sees afterwards where its CPU goes, in
 * runs of their own, and `-- --keep docs/numbers` writes the page of it.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBinaries } from '#local/binaries/ensure.ts';
import { findSite, namespaceCommand } from '#local/network.ts';
import { progress } from '#local/progress.ts';
import { commitHere } from './commit.ts';
import type { Figure } from './figure.ts';
import { inThousandths } from './in-thousandths.ts';
import type { ChildSettings, Told } from './operator/child.ts';
import { figuresOf } from './operator/figures.ts';
import { filesOf } from './operator/page.ts';
import type { Phase } from './operator/phase.ts';
import { pacedRooms, promisedBurst } from './operator/plan.ts';
import { chartNodeOptions } from './operator/process.ts';
import { type Sampled, sharesOf } from './operator/profile.ts';
import type { Profile, Run } from './operator/run.ts';

const programs = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl'] as const;

export interface OperatorMeasurement {
  /** How many rooms there are at each step, ascending. */
  readonly steps: readonly number[];
  /** What is left out of each step; rooms are made, and the operator begins anew, all the same. */
  readonly without?: readonly Phase['phase'][];
  /** Options of node for the operator. */
  readonly nodeOptions?: readonly string[];
  /** Told of all that is measured, each time that there is more: the last steps take long, and may fail. */
  readonly onMeasured?: (phases: readonly Phase[]) => void;
  /** Has each process of the operator profiled, and is told where; the files go when it ends. */
  readonly onSampled?: (phase: Phase, sampled: Sampled) => Promise<void>;
}

/** Measures in namespaces of its own, which leave nothing. */
export async function measureOperator(
  { steps, without = [], nodeOptions = [], onMeasured, onSampled }: OperatorMeasurement,
  say: (text: string) => void,
): Promise<readonly Phase[]> {
  const shown = progress({ write: () => undefined, columns: undefined, now: Date.now });
  const binaries = await ensureBinaries({ want: programs, env: process.env, progress: shown });
  const site = await findSite(false, say);
  if (site.kind !== 'namespace') throw new Error('the bench of the operator needs namespaces');
  const dir = await mkdtemp(join(tmpdir(), 'liveroom-bench-'));
  try {
    const phases: Phase[] = [];
    const samples: [Phase, Sampled][] = [];
    const profilesIn = onSampled && dir;
    await inNamespaces({ site, dir, binaries, steps, without, nodeOptions, profilesIn }, (told) => {
      if ('said' in told) return say(told.said);
      const { sampled, ...phase } = told;
      phases.push(phase);
      if (sampled !== undefined) samples.push([phase, sampled]);
      onMeasured?.(phases);
    });
    for (const [phase, sampled] of samples) await onSampled?.(phase, sampled);
    return phases;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Runs the child to its end, and passes on what it tells. */
async function inNamespaces(settings: ChildSettings, onTold: (told: Told) => void): Promise<void> {
  const [unshare, ...flags] = namespaceCommand;
  const script = join(import.meta.dirname, 'operator/child.ts');
  const child = spawn(unshare, [...flags, process.execPath, script], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  child.send(settings);
  child.on('message', onTold);
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`the measurements of the operator ended with ${code}`);
}

const allSteps = { short: [100, 1000], full: [100, 1000, 2000, 5000, 10_000] } as const;
/** Rooms one after the other, a burst of a thousand, and a new operator among as many as its restart has a target for. */
const profiledSteps = { short: [pacedRooms, promisedBurst], full: [pacedRooms, promisedBurst, 5000] } as const;

export interface OperatorBenchOptions {
  readonly isFull: boolean;
  /** Whether to see where the operator's CPU goes, too. */
  readonly isProfiled: boolean;
  /** A folder for the measurements and the page that is made of them. */
  readonly keepIn: string | undefined;
}

export async function operatorBench(
  say: (text: string) => void,
  { isFull, isProfiled, keepIn }: OperatorBenchOptions,
): Promise<readonly Figure[]> {
  const length = isFull ? 'full' : 'short';
  const steps = allSteps[length];
  const commit = await commitHere();
  const record = (phases: readonly Phase[], profiles: readonly Profile[]) => {
    if (keepIn === undefined) return;
    const { version: node } = process;
    const around = { ...commit, node, nodeOptions: chartNodeOptions, cpus: machine(), cores: cpus().length };
    keep(keepIn, { ...around, steps, isProfiled, phases, profiles });
  };
  const phases = await measureOperator({ steps, onMeasured: (some) => record(some, []) }, say);
  if (isProfiled) record(phases, await profiled(profiledSteps[length], say));
  return figuresOf(phases);
}

/** Where the CPU goes with the first rooms, in the first burst, and in the last restart. */
async function profiled(steps: readonly number[], say: (text: string) => void): Promise<readonly Profile[]> {
  const profiles: Profile[] = [];
  const wanted: Partial<Record<Phase['phase'], number | undefined>> = {
    paced: pacedRooms,
    burst: promisedBurst,
    restart: steps.at(-1),
  };
  const onSampled = async ({ phase, rooms }: Phase, sampled: Sampled) => {
    if (wanted[phase] === rooms) profiles.push({ phase, rooms, ...(await sharesOf(sampled)) });
  };
  await measureOperator({ steps, without: ['single', 'floor', 'quiet', 'edits'], onSampled }, say);
  return profiles;
}

const machine = () => `${cpus().length} CPUs (${cpus()[0]?.model ?? 'of no name'})`;

/** At once, so that what is measured next cannot be written before it. */
function keep(dir: string, record: Run): void {
  const json = JSON.stringify(record, inThousandths, 1);
  const stored: Run = JSON.parse(json);
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'operator.json'), `${json}\n`);
  for (const [name, text] of Object.entries(filesOf(stored))) writeFileSync(join(dir, name), text);
}
