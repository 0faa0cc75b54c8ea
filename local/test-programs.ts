/** Programs of others with which the tests meet a server, as packages of Debian and Ubuntu. */
import { access } from 'node:fs/promises';
import { findProgram } from './path.ts';
import type { Progress } from './progress.ts';
import { run } from './run.ts';

/**
 * simple-whip-client publishes by GStreamer; tcc compiles what it lacks (`test/harness/whip-client.ts`); coturn relays
 * for those who reach the media address by no other way.
 */
const packages = { 'whip-client': 'simple-whip-client', tcc: 'tcc', turnserver: 'coturn' } as const;

export type TestProgram = keyof typeof packages;

export const findTestProgram = (name: TestProgram, env: NodeJS.ProcessEnv = process.env) => findProgram(name, env);

/** What somebody has to do who wants to have it. */
export const howToGet = (...names: readonly TestProgram[]) =>
  `as root, apt-get install --no-install-recommends ${names.map((name) => packages[name]).join(' ')}`;

export interface EnsureTestPrograms {
  readonly env: NodeJS.ProcessEnv;
  /** 0 may install the system's packages. */
  readonly userId: number | undefined;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
  /** Whether a package's service would be started when it is installed. Here: whether systemd runs. */
  readonly startsServices?: boolean;
}

/**
 * Installs those that are missing (up to 210 MB, by what of GStreamer is there) where that can be done. Elsewhere it says
 * which tests are left out: there is no other way to get them than a system with apt. coturn's package also is a service,
 * so that it is installed only where none is started by that. Throws when the installation fails.
 */
export async function ensureTestPrograms(options: EnsureTestPrograms): Promise<void> {
  const { env, userId, progress, signal } = options;
  const missing: TestProgram[] = [];
  for (const name of Object.keys(packages) as TestProgram[])
    if ((await findTestProgram(name, env)) === undefined) missing.push(name);
  const apt = await findProgram('apt-get', env);
  const startsServices = options.startsServices ?? (await isThere('/run/systemd/system'));
  const canGet = (name: TestProgram) => apt !== undefined && userId === 0 && !(name === 'turnserver' && startsServices);
  const left = missing.filter((name) => !canGet(name));
  if (left.length > 0)
    progress.say(`Tests with ${left.join(', ')} are left out. To have them run: ${howToGet(...left)}.`);
  const wanted = missing.filter(canGet).map((name) => packages[name]);
  if (apt === undefined || wanted.length === 0) return;
  progress.say(`Installing the system's packages ${wanted.join(', ')}.`);
  await run(apt, ['update'], { env, signal });
  await run(apt, ['install', '-y', '--no-install-recommends', ...wanted], { env, signal });
}

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );
