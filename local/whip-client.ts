import { findProgram } from './path.ts';
import type { Progress } from './progress.ts';
import { run } from './run.ts';

/**
 * Debian's simple-whip-client, a publisher by GStreamer with which the tests see that others' clients get in; and tcc,
 * which compiles what it lacks (`test/harness/whip-client.ts`).
 */
const packages = ['simple-whip-client', 'tcc'];

export interface WhipClient {
  readonly client: string;
  readonly compiler: string;
}

export const howToGetWhipClient = `as root, apt-get install --no-install-recommends ${packages.join(' ')}`;

/** Where they are; undefined when one of them is not installed. */
export async function findWhipClient(env: NodeJS.ProcessEnv = process.env): Promise<WhipClient | undefined> {
  const [client, compiler] = [await findProgram('whip-client', env), await findProgram('tcc', env)];
  return client === undefined || compiler === undefined ? undefined : { client, compiler };
}

export interface EnsureWhipClient {
  readonly env: NodeJS.ProcessEnv;
  /** 0 may install the system's packages. */
  readonly userId: number | undefined;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

/**
 * Installs it (60 to 210 MB, by what of GStreamer is there) where that can be done. Elsewhere it says that the test
 * with it is left out: there is no other way to get one than a system with apt. Throws when the installation fails.
 */
export async function ensureWhipClient({ env, userId, progress, signal }: EnsureWhipClient): Promise<void> {
  if ((await findWhipClient(env)) !== undefined) return;
  const apt = await findProgram('apt-get', env);
  if (apt === undefined || userId !== 0)
    return progress.say(`No simple-whip-client: the test with it is left out. To have it, ${howToGetWhipClient}.`);
  progress.say("simple-whip-client: installing the system's package.");
  await run(apt, ['update'], { env, signal });
  await run(apt, ['install', '-y', '--no-install-recommends', ...packages], { env, signal });
}
