import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** The environment of every process of a cluster; pods get it, too. Without a namespace it is how they are found. */
export const mark = (dir: string) => ({ LIVEROOM_CLUSTER: dir });

/** Kills the processes of a cluster until there is none, also those that a pod started and forgot. */
export async function endMarked(dir: string): Promise<void> {
  for (;;) {
    const pids = await markedProcesses(dir);
    if (pids.length === 0) return;
    for (const pid of pids) kill(pid);
    await sleep(20);
  }
}

/** The ids of a cluster's processes, also of those in its namespace. */
export async function markedProcesses(dir: string): Promise<number[]> {
  const [[name, value] = []] = Object.entries(mark(dir));
  const entry = `${name}=${value}`;
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0 && pid !== process.pid);
  const isOurs = await Promise.all(
    pids.map(async (pid) => {
      // A process of somebody else cannot be read, and one that has ended has no environment any more.
      const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
      return environment.split('\0').includes(entry);
    }),
  );
  return pids.filter((_, index) => isOurs[index]);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
