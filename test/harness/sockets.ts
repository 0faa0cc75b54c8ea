import { readdir, readFile, readlink } from 'node:fs/promises';

/** Sockets of this machine on which somebody listens (TCP) or receives (UDP), by their inodes: `file:address:port`. */
export async function openSockets(): Promise<ReadonlyMap<string, string>> {
  const files = ['tcp', 'tcp6', 'udp', 'udp6'];
  const rows = await Promise.all(
    files.map(async (file) => {
      const lines = (await readFile(`/proc/net/${file}`, 'utf8')).trim().split('\n').slice(1);
      const sockets = lines.map((line) => line.trim().split(/\s+/));
      return sockets
        .filter(([, , , state]) => state === '0A' || state === '07')
        .map((columns) => [columns[9] ?? '', `${file}:${columns[1]}`] as const);
    }),
  );
  return new Map(rows.flat());
}

/** Those among them that processes hold: other tests' are nobody's fault here. */
export async function socketsOf(pids: readonly number[]): Promise<ReadonlyMap<string, string>> {
  const open = await openSockets();
  const held = await Promise.all(pids.map(socketInodes));
  return new Map(held.flat().flatMap((inode) => (open.has(inode) ? [[inode, open.get(inode) ?? '']] : [])));
}

async function socketInodes(pid: number): Promise<readonly string[]> {
  const folder = `/proc/${pid}/fd`;
  const descriptors = await readdir(folder).catch(() => []);
  const targets = await Promise.all(descriptors.map((name) => readlink(`${folder}/${name}`).catch(() => '')));
  return targets.flatMap((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? []);
}
