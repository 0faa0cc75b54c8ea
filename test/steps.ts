import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
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

/** Runs one command in the project's root. What it says is passed on: at its end, where others run beside it. */
const run = ([file, ...args]: Step['command'], isBeside: boolean) =>
  new Promise<number>((resolve, reject) => {
    const env = { NODE_COMPILE_CACHE: compileCache, GOGC: goCollectsAt, ...process.env };
    const child = spawn(file, args, { cwd: root, stdio: isBeside ? 'pipe' : 'inherit', env });
    const said: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (part: Buffer) => said.push(part));
    child.once('error', reject);
    child.once('close', (code, signal) => {
      process.stdout.write(Buffer.concat(said));
      resolve(code ?? (signal ? 1 : 0));
    });
  });

async function runStep({ name, command }: Step, isBeside: boolean): Promise<number> {
  const startedMs = performance.now();
  console.log(`── ${name}: ${inShort(command.join(' '))}`);
  const code = await run(command, isBeside);
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  if (code === 0) console.log(`── ${name} took ${seconds} s`);
  else console.error(`── ${name} failed with exit code ${code}`);
  return code;
}

/** Commands that name every file of tests would fill a screen. */
const inShort = (text: string) => (text.length > 200 ? `${text.slice(0, 200)}…` : text);

/** Steps one after the other, or several at once where a list has them. Stops where one fails. Resolves to the exit code. */
export async function runSteps(steps: readonly (Step | readonly Step[])[]): Promise<number> {
  for (const next of steps) {
    const together = [next].flat();
    const codes = await Promise.all(together.map((step) => runStep(step, together.length > 1)));
    const failed = codes.find((code) => code !== 0);
    if (failed !== undefined) return failed;
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

/** Where most tests are of pure code: they start nothing, wait for nothing, and leave nothing behind. */
const mostlyPure = [
  'test/{crds,operator,server/media}/*.test.ts',
  'test/local/{already-running,other-port,rooms-page,start-options,node/*}.test.ts',
  'test/server/media/{down,egress,estimate,frame,ice,rtp,srtp,up}/*.test.ts',
  'test/operator/{build,decide,metrics,room}/*.test.ts',
  'test/server/{access,config,dtls,events,http,metrics,node,observation,pages,peers,room,sdp,session,settings}/*.test.ts',
];
/** The others there. */
const notPure = [
  'test/local/node/{front-door,log-file,own-root,probes,processes,relays,sandbox,serially,volume-directory}.test.ts',
  'test/server/media/{ingress,short-slices,thread,egress/egress-threads,egress/egress-turn,srtp/rtcp-sealer}.test.ts',
  'test/operator/{attempt,health,held-up,teller,urgency}.test.ts',
  'test/server/access/{jwt-access,key-set}.test.ts',
  'test/server/dtls/{dtls,dtls-as-client,dtls-keyed,dtls-memory,dtls-openssl,dtls-strangers}.test.ts',
  'test/server/{http/unreadable,metrics/exported-values,node/spare-memory,pages/signalling,peers/ask-owner}.test.ts',
  'test/server/settings/{settings,shared-secrets}.test.ts',
];

const found = (patterns: string | readonly string[], but: readonly string[] = []) => {
  const left = new Set(but);
  return globSync(patterns, { cwd: root })
    .filter((file) => !left.has(file))
    .toSorted();
};
const ofPureCode = found(mostlyPure, found(notPure));

/** Tests of pure code in one process, as starting one costs more than most of them. They take turns on one thread. */
export const pureTests = (...args: readonly string[]): Step =>
  testing('tests of pure code', 1, '--test-isolation=none', ...args, ...ofPureCode);

/** All other unit tests, each file in a process of its own. */
export const otherTests = found('test/**/*.test.ts', ofPureCode);

/** Gets or builds what tests run on. */
export const setup: Step = { name: 'setup', command: ['node', 'local/setup.ts', '--for-tests'] };

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
