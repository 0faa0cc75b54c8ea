/** An ffmpeg that speaks WHIP (8.0 or newer), with which the tests publish. Few systems have one yet. */
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder, entryState, writeEntry } from './binaries/cache.ts';
import { withLock } from './binaries/lock.ts';
import { findProgram } from './path.ts';
import type { Progress } from './progress.ts';
import { run } from './run.ts';

/** A Python package that is little else than a static ffmpeg 9.0.2. */
const wheel = { name: 'imageio-ffmpeg', version: '0.8.1', binaries: 'imageio_ffmpeg/binaries' };

export const howToGetFfmpeg = 'have an ffmpeg with the WHIP muxer (8.0 or newer) on PATH, or Python 3 with pip';

const entryOf = (env: NodeJS.ProcessEnv) =>
  join(cacheFolder(env), `${wheel.name}-${wheel.version}-linux-${process.arch}`);

/** The one on PATH if it speaks WHIP, else the cached one; undefined when there is neither. */
export async function findFfmpeg(env: NodeJS.ProcessEnv = process.env): Promise<string | undefined> {
  const installed = await findProgram('ffmpeg', env);
  if (installed !== undefined && (await speaksWhip(installed))) return installed;
  const entry = entryOf(env);
  return (await entryState(entry, ['ffmpeg'])).kind === 'whole' ? join(entry, 'ffmpeg') : undefined;
}

const speaksWhip = (program: string): Promise<boolean> =>
  run(program, ['-hide_banner', '-muxers'], { env: process.env }).then(
    (muxers) => /^\s*E\s+whip\s/m.test(muxers),
    () => false,
  );

export interface EnsureFfmpeg {
  readonly env: NodeJS.ProcessEnv;
  readonly progress: Progress;
  readonly signal?: AbortSignal | undefined;
}

/** Gets one by pip (68 MB) where there is none. Where that cannot be done it says that the test with it is left out, and why. */
export async function ensureFfmpeg({ env, progress, signal }: EnsureFfmpeg): Promise<void> {
  if ((await findFfmpeg(env)) !== undefined) return;
  const leftOut = (why: string) =>
    progress.say(`The test with ffmpeg is left out (${why}). To have it run, ${howToGetFfmpeg}.`);
  const python = await findProgram('python3', env);
  if (python === undefined) return leftOut('there is no python3');
  progress.say(`ffmpeg: getting ${wheel.name} ${wheel.version} by pip.`);
  const entry = entryOf(env);
  const onWait = () => progress.say('Another process is getting ffmpeg: waiting for it.');
  try {
    await withLock(entry, { onWait, signal }, async () => {
      if ((await findFfmpeg(env)) === undefined)
        await writeEntry(entry, (folder) => installed(python, folder, { env, signal }));
    });
  } catch (error) {
    signal?.throwIfAborted();
    leftOut((error as Error).message.trim().split('\n').at(-1) ?? '');
  }
}

/** Leaves the program alone in the folder. */
async function installed(
  python: string,
  folder: string,
  options: Pick<EnsureFfmpeg, 'env' | 'signal'>,
): Promise<string> {
  const target = join(folder, 'package');
  const what = `${wheel.name}==${wheel.version}`;
  const how = ['--disable-pip-version-check', '--quiet', '--no-deps', '--no-compile', '--only-binary=:all:'];
  await run(python, ['-m', 'pip', 'install', ...how, '--target', target, what], options);
  const binaries = join(target, wheel.binaries);
  const name = (await readdir(binaries)).find((file) => file.startsWith('ffmpeg-'));
  if (name === undefined) throw new Error(`${what} has no ffmpeg`);
  await rename(join(binaries, name), join(folder, 'ffmpeg'));
  await rm(target, { recursive: true });
  return what;
}
