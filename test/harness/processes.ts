import { readdir, readFile } from 'node:fs/promises';

/** Ids of the processes of this machine that run a pod of the local cluster. */
export async function processesOf(pod: string): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const environments = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')));
  return pids.filter((_, index) => environments[index]?.split('\0').includes(`POD_NAME=${pod}`)).map(Number);
}
