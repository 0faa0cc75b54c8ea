/**
 * What the operator costs and how fast it is: as a process of its own, on a real control plane on the same machine, with a
 * stand-in for nodes and pods. `-- --full` goes on to 10,000 rooms, and
 * `-- --keep docs/numbers` writes the page of it.
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
import type { Figure } from './figure.ts';
import type { ChildSettings, Line } from './operator-child.ts';
import { figuresOf, type Phase } from './operator-figures.ts';
import { growth, page, type Run } from './operator-page.ts';

const programs = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl'] as const;

export interface OperatorMeasurement {
  /** How many rooms there are at each step, ascending. */
  readonly steps: readonly number[];
  /** Options of node for the operator, for a profile. */
  readonly nodeOptions?: readonly string[];
  /** Told of all that is measured, each time that there is more: the last steps take long, and may fail. */
  readonly onMeasured?: (phases: readonly Phase[]) => void;
}

/** Measures in namespaces of its own, which leave nothing. */
export async function measureOperator(
  { steps, nodeOptions = [], onMeasured }: OperatorMeasurement,
  say: (text: string) => void,
): Promise<readonly Phase[]> {
  const shown = progress({ write: () => undefined, columns: undefined, now: Date.now });
  const binaries = await ensureBinaries({ want: programs, env: process.env, progress: shown });
  const site = await findSite(false, say);
  if (site.kind !== 'namespace') throw new Error('the bench of the operator needs namespaces');
  const dir = await mkdtemp(join(tmpdir(), 'liveroom-bench-'));
  const [unshare, ...flags] = namespaceCommand;
  const script = join(import.meta.dirname, 'operator-child.ts');
  const child = spawn(unshare, [...flags, process.execPath, script], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  child.send({ site, dir, binaries, steps, nodeOptions } satisfies ChildSettings);
  const phases: Phase[] = [];
  child.on('message', (line: Line) => {
    if ('said' in line) return say(line.said);
    phases.push(line);
    onMeasured?.(phases);
  });
  const [code] = await once(child, 'exit');
  await rm(dir, { recursive: true, force: true });
  if (code !== 0) throw new Error(`the measurements of the operator ended with ${code}`);
  return phases;
}

const steps = { short: [100, 1000], full: [100, 1000, 2000, 5000, 10_000] } as const;

export interface OperatorBenchOptions {
  readonly isFull: boolean;
  /** A folder for the measurements and the page that is made of them. */
  readonly keepIn: string | undefined;
}

export async function operatorBench(
  say: (text: string) => void,
  { isFull, keepIn }: OperatorBenchOptions,
): Promise<readonly Figure[]> {
  const onMeasured = (phases: readonly Phase[]) => {
    if (keepIn !== undefined) keep(keepIn, { node: process.version, cpus: machine(), remarks: [], phases });
  };
  return figuresOf(await measureOperator({ steps: isFull ? steps.full : steps.short, onMeasured }, say));
}

const machine = () => `${cpus().length} CPUs (${cpus()[0]?.model ?? 'of no name'})`;

/** At once, so that what is measured next cannot be written before it. */
function keep(dir: string, record: Run): void {
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'operator.json'), `${JSON.stringify(record, undefined, 1)}\n`);
  writeFileSync(join(dir, 'operator.md'), page(record));
  writeFileSync(join(dir, 'operator.svg'), growth(record.phases));
}
