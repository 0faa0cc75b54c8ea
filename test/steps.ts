import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** A named command of a check, such as `{name: 'types', command: ['tsc', '-p', '.']}`. */
export interface Step {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}

const root = join(import.meta.dirname, '..');

/** Hundreds of processes read the same files: the first to do so takes the types away and compiles them, for all. */
const compileCache = join(root, 'node_modules/.cache/node');

/** Clusters of tests are small and short-lived: kube-apiserver and the like spend memory rather than a seventh of their CPU. */
const goCollectsAt = '400';

/** Runs one command in the project's root with its output passed through. Resolves to its exit code. */
const run = ([file, ...args]: Step['command']) =>
  new Promise<number>((resolve, reject) => {
    const env = { NODE_COMPILE_CACHE: compileCache, GOGC: goCollectsAt, ...process.env };
    const child = spawn(file, args, { cwd: root, stdio: 'inherit', env });
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? (signal ? 1 : 0)));
  });

/** Runs the steps in order and stops at the first that fails. Resolves to the exit code. */
export async function runSteps(steps: readonly Step[]): Promise<number> {
  for (const { name, command } of steps) {
    const startedMs = performance.now();
    console.log(`── ${name}: ${command.join(' ')}`);
    const code = await run(command);
    if (code !== 0) {
      console.error(`── ${name} failed with exit code ${code}`);
      return code;
    }
    console.log(`── ${name} took ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
  }
  return 0;
}

/** Test files, so many at a time. A test or a hook that hangs fails after ten minutes, by its name. */
export const testing = (name: string, filesAtATime: number, ...args: readonly string[]): Step => ({
  name,
  command: [
    ...(['node', '--import', './test/harness/end-with-tests.ts', '--test'] as const),
    ...([`--test-concurrency=${filesAtATime}`, '--test-timeout=600000'] as const),
    ...args,
  ],
});

/** What can be said of the tree without running it. */
export const staticSteps: readonly Step[] = [
  { name: 'generated files', command: ['node', 'gen/main.ts', '--check'] },
  { name: 'formatting and lint', command: ['biome', 'ci', '--colors=off', '.'] },
  { name: 'types', command: ['tsc', '-p', '.'] },
  { name: 'types of the pages', command: ['tsc', '-p', 'server/http/pages'] },
  { name: 'types of the plots', command: ['tsc', '-p', 'local/monitoring/page'] },
  { name: 'unused code', command: ['knip', '--no-progress'] },
  { name: 'known vulnerabilities', command: ['node', 'test/audit.ts'] },
];
