/**
 * The cache of binaries. An entry is a folder with a record of what must be in it:
 *
 *     ~/.cache/liveroom/etcd-3.6.16-linux-amd64/
 *       etcd
 *       entry.json    { origin, files: { etcd: <sha256> } }
 *
 * An entry appears by one rename, complete and flushed to disk, so that no process ever sees half of one.
 */
import { randomBytes } from 'node:crypto';
import { access, mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fingerprint } from './checksum.ts';

const recordFile = 'entry.json';

/** Where the entries of this user are. */
export const cacheFolder = (env: NodeJS.ProcessEnv): string =>
  join(env['XDG_CACHE_HOME'] || join(env['HOME'] || homedir(), '.cache'), 'liveroom');

interface Entry {
  /** The address it came from, or how it was built. */
  readonly origin: string;
  readonly files: Readonly<Record<string, string>>;
}

export type EntryState = { kind: 'whole' } | { kind: 'absent' } | { kind: 'damaged'; what: string };

/** Whether the entry has every file of `needed`, each still as it was recorded. */
export async function entryState(entry: string, needed: readonly string[]): Promise<EntryState> {
  let record: Entry;
  try {
    record = JSON.parse(await readFile(join(entry, recordFile), 'utf8'));
    if (typeof record.files !== 'object') throw new Error('no files');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' && !(await exists(entry))) return { kind: 'absent' };
    return { kind: 'damaged', what: `${recordFile} is missing or cannot be read` };
  }
  const unrecorded = needed.find((file) => !(file in record.files));
  if (unrecorded !== undefined) return { kind: 'damaged', what: `${unrecorded} is not part of it` };
  for (const [file, recorded] of Object.entries(record.files)) {
    const found = await fingerprint(join(entry, file)).catch(() => undefined);
    if (found === undefined) return { kind: 'damaged', what: `${file} is missing` };
    if (found !== recorded) return { kind: 'damaged', what: `${file} is not what was put there` };
  }
  return { kind: 'whole' };
}

/**
 * Has `fill` put an entry's files into a temporary folder, and then puts the folder in the entry's place. Whatever
 * fails or is aborted, the entry is as before, and nothing else is left. The caller holds the entry's lock.
 */
export async function writeEntry(entry: string, fill: (folder: string) => Promise<string>): Promise<void> {
  await mkdir(dirname(entry), { recursive: true });
  await removeLeftovers(entry);
  const folder = `${leftoverPrefix(entry)}${randomBytes(4).toString('hex')}`;
  try {
    await mkdir(folder);
    const origin = await fill(folder);
    const names = await readdir(folder);
    const files = Object.fromEntries(
      await Promise.all(names.map(async (name) => [name, await fingerprint(join(folder, name))] as const)),
    );
    await writeFile(join(folder, recordFile), `${JSON.stringify({ origin, files } satisfies Entry, null, 2)}\n`);
    for (const name of [recordFile, ...names, '.']) await flush(join(folder, name));
    await replace(entry, folder);
    await flush(dirname(entry));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A folder cannot be renamed onto one that is not empty: the old one is moved aside first. */
async function replace(entry: string, folder: string): Promise<void> {
  const aside = `${folder}-old`;
  if (await exists(entry)) await rename(entry, aside);
  await rename(folder, entry);
  await rm(aside, { recursive: true, force: true });
}

const leftoverPrefix = (entry: string) => join(dirname(entry), `.${basename(entry)}-`);

/** Left by a process that was killed: we hold the lock, so that no living one is writing there. */
async function removeLeftovers(entry: string): Promise<void> {
  const prefix = basename(leftoverPrefix(entry));
  const names = (await readdir(dirname(entry))).filter((name) => name.startsWith(prefix));
  await Promise.all(names.map((name) => rm(join(dirname(entry), name), { recursive: true, force: true })));
}

async function flush(path: string): Promise<void> {
  const file = await open(path, 'r');
  await file.sync().finally(() => file.close());
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );
