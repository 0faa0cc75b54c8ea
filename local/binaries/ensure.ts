/**
 * Where the binaries come from, in this order:
 *
 *     LIVEROOM_BINARIES=<folder> → the cache → the official download → go build from pinned modules
 */
import { access, readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Progress } from '../progress.ts';
import { spoken } from '../progress.ts';
import { CommandFailed } from '../run.ts';
import type { Artifact, BinaryName } from './artifact.ts';
import { build, buildEstimateMs, goVersion } from './build.ts';
import { cacheFolder, entryState, writeEntry } from './cache.ts';
import { catalog } from './catalog.ts';
import { BadAnswer, download } from './download.ts';
import { withLock } from './lock.ts';

export interface EnsureOptions<Name extends BinaryName> {
  readonly want: readonly Name[];
  /** LIVEROOM_BINARIES, XDG_CACHE_HOME, PATH and what Go and proxies read. */
  readonly env: NodeJS.ProcessEnv;
  readonly progress: Progress;
  /** Aborting leaves the cache as it was. */
  readonly signal?: AbortSignal;
  readonly artifacts?: readonly Artifact[];
  readonly connectTimeoutMs?: number;
  /** Folder of the Go modules that `artifacts` name. */
  readonly goModules?: string;
}

/** Makes sure that the wanted binaries are on this machine; returns the path of each. */
export async function ensureBinaries<Name extends BinaryName>(
  options: EnsureOptions<Name>,
): Promise<Readonly<Record<Name, string>>> {
  const given = await fromFolder(options);
  const missing = new Set<BinaryName>(options.want.filter((name) => given[name] === undefined));
  const getter = { ...options, network: { failure: undefined } };
  const found: Partial<Record<BinaryName, string>> = { ...given };
  for (const artifact of options.artifacts ?? catalog(goArch())) {
    const provided = Object.entries(artifact.provides).filter(([name]) => missing.has(name as BinaryName));
    if (provided.length === 0) continue;
    const entry = await ensureEntry(artifact, getter);
    for (const [name, file] of provided) found[name as BinaryName] = join(entry, file);
  }
  return found as Record<Name, string>;
}

/** What the user's own folder has of the wanted ones. */
async function fromFolder({ want, env, progress }: EnsureOptions<BinaryName>) {
  const folder = env['LIVEROOM_BINARIES'];
  const found: Partial<Record<BinaryName, string>> = {};
  if (folder === undefined || folder === '') return found;
  for (const name of want) {
    const path = resolve(folder, name);
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (isThere) found[name] = path;
    else progress.say(`LIVEROOM_BINARIES=${folder} has no ${name}: it is taken from elsewhere.`);
  }
  return found;
}

interface Getter extends EnsureOptions<BinaryName> {
  /** Set by the first connection that failed, so that only one waits for its time-out. */
  readonly network: { failure: string | undefined };
}

/** The folder of a whole cache entry. */
async function ensureEntry(artifact: Artifact, getter: Getter): Promise<string> {
  const { env, progress, signal } = getter;
  const entry = join(cacheFolder(env), `${artifact.name}-${artifact.version}-linux-${goArch()}`);
  const files = Object.values(artifact.provides).filter((file) => file !== '.');
  if ((await entryState(entry, files)).kind === 'whole') return entry;
  const onWait = () => progress.say(`Another process is getting ${titled(artifact)}: waiting for it.`);
  await withLock(entry, { onWait, signal }, async () => {
    // Asked again, since another process may have put it there in the meantime.
    const state = await entryState(entry, files);
    if (state.kind === 'whole') return;
    if (state.kind === 'damaged') progress.say(`${entry} is damaged (${state.what}): getting it again.`);
    await writeEntry(entry, (folder) => fetchOrBuild(artifact, folder, getter));
  });
  return entry;
}

async function fetchOrBuild(artifact: Artifact, folder: string, getter: Getter): Promise<string> {
  const go = await goVersion(getter.env);
  const { network } = getter;
  const isPublished = artifact.downloads.length > 0;
  let failure = isPublished ? network.failure : 'none is published';
  // Without Go the download is the only way: worth another wait.
  if (isPublished && (failure === undefined || go === undefined)) {
    try {
      return await downloaded(artifact, folder, getter);
    } catch (error) {
      getter.signal?.throwIfAborted();
      failure = (error as Error).message;
      if (!(error instanceof BadAnswer)) network.failure = failure;
    }
  }
  if (go === undefined) throw new Error(noWayLeft(artifact, failure));
  getter.progress.say(`${titled(artifact)}: no download (${failure}).`);
  // What the download left behind must not become part of the entry.
  for (const name of await readdir(folder)) await rm(join(folder, name));
  return await built(artifact, folder, go, getter);
}

async function downloaded(artifact: Artifact, folder: string, getter: Getter): Promise<string> {
  const { progress, connectTimeoutMs = 4_000, signal } = getter;
  progress.say(`${titled(artifact)}: downloading from ${new URL(artifact.downloads[0]?.url ?? '').host}.`);
  const task = progress.task(artifact.name);
  try {
    return await download(artifact, folder, { connectTimeoutMs, signal, onProgress: task.update });
  } finally {
    task.end();
  }
}

async function built(artifact: Artifact, folder: string, go: string, getter: Getter): Promise<string> {
  const { progress, env, signal } = getter;
  const expectedMs = buildEstimateMs(artifact.source);
  progress.say(
    `${titled(artifact)}: fetching its modules and building it with Go ${go}, about ${spoken(expectedMs)} the first time.`,
  );
  const task = progress.task(artifact.name, expectedMs);
  task.update(0);
  try {
    return await build(artifact.source, folder, { env, signal, onProgress: task.update, modules: getter.goModules });
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    throw new Error(`${titled(artifact)} cannot be built. ${error.message}\n${otherWays(artifact)}`);
  } finally {
    task.end();
  }
}

const titled = ({ name, version }: Artifact) => `${name} ${version}`;

const noWayLeft = (artifact: Artifact, failure: string | undefined) =>
  `${titled(artifact)} cannot be had: there is no download (${failure}), and no Go to build it with.\n${otherWays(artifact)}`;

const otherWays = (artifact: Artifact) =>
  [
    'Any one of these helps:',
    '  - a network connection (HTTPS_PROXY is honoured);',
    '  - Go 1.26 or newer on PATH, and its module proxy: https://go.dev/dl;',
    `  - LIVEROOM_BINARIES=<folder that holds ${Object.keys(artifact.provides).join(', ')}>.`,
  ].join('\n');

/** This machine's architecture in Go's words. */
const goArch = () => (process.arch === 'x64' ? 'amd64' : process.arch);
