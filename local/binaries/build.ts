import { copyFile, mkdir, rm, symlink } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../run.ts';
import type { GoSource } from './artifact.ts';

export interface BuildOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly onProgress: (fraction: number) => void;
  readonly signal?: AbortSignal | undefined;
  /** Folder of the modules; default `local/go`. */
  readonly modules?: string | undefined;
}

/** The Go that is installed, as `1.26.8`; undefined if there is none. */
export async function goVersion(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const text = await run('go', ['version'], { env }).catch(() => '');
  return /go(\d+\.\d+\S*)/.exec(text)?.[1];
}

/** How long a build takes here with nothing cached. */
export const buildEstimateMs = (source: GoSource) =>
  source.kind === 'build' ? (source.cpuSeconds * 1000) / availableParallelism() : 5_000;

/** Gets `source` into `folder` with Go: built, or copied out of the module. Returns what was done. */
export async function build(source: GoSource, folder: string, options: BuildOptions): Promise<string> {
  const cwd = join(options.modules ?? fileURLToPath(new URL('../go', import.meta.url)), source.module);
  // A Go that is killed leaves its temporary files: here they go with the folder.
  const temporary = join(folder, '.go');
  // What the user has set for other modules must not leak into the pinned ones.
  const env = { ...options.env, CGO_ENABLED: '0', GOFLAGS: '', GOWORK: 'off', GOTMPDIR: temporary, PWD: cwd };
  const context = { cwd, env, signal: options.signal };
  await mkdir(temporary);
  const origin = await (source.kind === 'build'
    ? compile(source, folder, context, options.onProgress)
    : copyFiles(source, folder, context));
  await rm(temporary, { recursive: true });
  return origin;
}

interface Context {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal | undefined;
}

async function compile(
  source: Extract<GoSource, { kind: 'build' }>,
  folder: string,
  context: Context,
  onProgress: (fraction: number) => void,
): Promise<string> {
  const packages = Object.values(source.programs);
  const flags = ['-mod=readonly', `-tags=${(source.tags ?? []).join(',')}`];
  // Fetches the modules, too, so that the bar below moves with the compiler alone.
  const list = await run('go', ['list', ...flags, '-deps', ...packages], context);
  const total = list.split('\n').length;
  let compiled = 0;
  for (const [file, path] of Object.entries(source.programs)) {
    const args = ['build', '-v', ...flags, '-buildvcs=false', '-ldflags', source.ldflags];
    await run('go', [...args, '-o', join(folder, file), path], {
      ...context,
      // With -v, one line for each package that is compiled.
      onErrorLine: () => onProgress(Math.min(++compiled / total, 0.99)),
    });
  }
  for (const [name, file] of Object.entries(source.links ?? {})) await symlink(file, join(folder, name));
  return `go build ${packages.join(' ')} in local/go/${source.module}`;
}

async function copyFiles(
  source: Extract<GoSource, { kind: 'files' }>,
  folder: string,
  context: Context,
): Promise<string> {
  const answer = await run('go', ['mod', 'download', '-json', `${source.path}@${source.version}`], context);
  const module: { Dir: string } = JSON.parse(answer);
  for (const file of source.files) await copyFile(join(module.Dir, source.folder, file), join(folder, file));
  return `${source.path}@${source.version}`;
}
