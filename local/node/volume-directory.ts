import { chmod, mkdir, mkdtemp, readdir, readFile, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { VolumeFile } from './volume-files.ts';

/**
 * Makes a directory show exactly these files, all at one moment, as the kubelet does for mounted ConfigMaps:
 *
 *     volume/tokens.yaml ─► ..data/tokens.yaml
 *     volume/..data      ─► ..2b6f1c/              replaced by one rename
 *     volume/..2b6f1c/tokens.yaml
 *
 * A reader never sees files of two versions at once, and a watcher sees `..data` change once. Returns whether anything
 * was different from before.
 */
export async function showFiles(directory: string, files: readonly VolumeFile[]): Promise<boolean> {
  await mkdir(directory, { recursive: true });
  const data = join(directory, '..data');
  const before = await readlink(data).catch(() => undefined);
  if (before !== undefined && (await isSame(join(directory, before), files))) return false;

  // Not by join(), which would take the two dots for the folder above.
  const version = await mkdtemp(`${directory}/..`);
  await chmod(version, 0o755);
  for (const file of files) await write(join(version, file.path), file);
  await rm(`${data}_new`, { force: true });
  await symlink(version.slice(directory.length + 1), `${data}_new`);
  await rename(`${data}_new`, data);

  await linkNames(directory, new Set(files.map(({ path }) => path.split('/')[0] ?? path)));
  if (before !== undefined) await rm(join(directory, before), { recursive: true, force: true });
  return true;
}

async function write(path: string, { data, mode }: VolumeFile): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, data);
  await chmod(path, mode);
}

/** What users see are links below `..data`: made for new names, taken away for names that went. */
async function linkNames(directory: string, names: ReadonlySet<string>): Promise<void> {
  const known = new Set((await readdir(directory)).filter((name) => !name.startsWith('..')));
  for (const name of names) if (!known.has(name)) await symlink(join('..data', name), join(directory, name));
  for (const name of known) if (!names.has(name)) await rm(join(directory, name), { force: true });
}

async function isSame(version: string, files: readonly VolumeFile[]): Promise<boolean> {
  const entries = await readdir(version, { recursive: true, withFileTypes: true }).catch(() => []);
  if (entries.filter((entry) => entry.isFile()).length !== files.length) return false;
  for (const { path, data } of files) {
    const content = await readFile(join(version, path)).catch(() => undefined);
    if (content === undefined || !content.equals(data)) return false;
  }
  return true;
}
