import { readFileSync } from 'node:fs';

/** A process as /proc tells of it; undefined for one that has ended. */
export type Look = (pid: number) => { readonly parent: number; readonly command: string } | undefined;

/** As it is now. */
export const look: Look = (pid) => {
  try {
    // After the name, which stands in parentheses and may have some itself: state, parent, …
    const [, parent] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return { parent: Number(parent), command: readFileSync(`/proc/${pid}/cmdline`, 'utf8') };
  } catch {
    return undefined;
  }
};

/**
 * Whether npm, which started the process, has gone without a word: killed, it takes neither the shell between the two nor
 * us with it. To be asked again and again; what there was is looked at now.
 *
 *     npm start ─► sh -c "node local/start.ts" ─► node local/start.ts
 */
export function orphaned(self: number, script: string, look: Look): () => boolean {
  const links = new Map([[self, look(self)?.parent]]);
  const above = links.get(self) ?? 0;
  const shell = look(above);
  // Some shells put the command in their own place.
  if (shell?.command.includes(`-c\0${script}`)) links.set(above, shell.parent);
  return () => links.entries().some(([pid, parent]) => look(pid)?.parent !== parent);
}
