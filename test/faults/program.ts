import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';

/** That one of these processes which runs a program of this name. */
export async function programOf(pids: readonly number[], name: string): Promise<number> {
  for (const pid of pids) {
    const [file = ''] = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
    if (basename(file) === name) return pid;
  }
  throw new Error(`no process runs ${name}`);
}
