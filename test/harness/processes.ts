import { readdir, readFile } from 'node:fs/promises';

/** Ids of the processes of this machine. */
const allPids = async (): Promise<readonly number[]> =>
  (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);

/** What the kernel tells of a process in a file; empty for one that has ended. */
const told = (pid: number, file: 'cmdline' | 'environ' | 'status'): Promise<string> =>
  readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');

/** Processes of this machine that run a pod of the local cluster, as ids. */
export async function processesOf(pod: string): Promise<readonly number[]> {
  const pids = await allPids();
  const environments = await Promise.all(pids.map((pid) => told(pid, 'environ')));
  return pids.filter((_, index) => environments[index]?.split('\0').includes(`POD_NAME=${pod}`));
}

/** Processes of this machine whose arguments or environment name a folder, as ids. */
export async function processesNaming(folder: string): Promise<readonly number[]> {
  const pids = await allPids();
  const texts = await Promise.all(
    pids.map(async (pid) => (await Promise.all([told(pid, 'cmdline'), told(pid, 'environ')])).join('')),
  );
  return pids.filter((_, index) => texts[index]?.includes(folder));
}

/** A process and all that it started and that still run, as ids. */
export async function treeOf(root: number): Promise<readonly number[]> {
  const pids = await allPids();
  const statuses = await Promise.all(pids.map((pid) => told(pid, 'status')));
  const parents = statuses.map((status) => Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]));
  const tree = [root];
  for (const pid of tree) tree.push(...pids.filter((_, index) => parents[index] === pid));
  return tree;
}
