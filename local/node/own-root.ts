import type { CommandLine } from './command-line.ts';

/** The place on disk of each path that a container sees. */
export type Mounts = ReadonlyMap<string, string>;

/**
 * Runs a command in a file system that has nothing but what is mounted, as that of its image would:
 *
 *     tmpfs ─┬─ the image's files, /proc and the usual devices
 *            └─ the pod's volumes at their mount paths
 *
 * So a program that expects its files at fixed places finds them there. It is for programs that need no other file (one
 * that is linked statically), and where the cluster has namespaces of its own: mounting is not for everybody. The shell
 * becomes the program, so that signals reach it. `root` is the folder on disk where the file system is put together.
 */
export function inOwnRoot({ file, args }: CommandLine, mounts: Mounts, root: string): CommandLine {
  const wanted = [...machineFiles.map((path) => [path, path] as const), ...mounts];
  // A path before those below it.
  const ordered = wanted.toSorted(([a], [b]) => (a < b ? -1 : 1));
  const pairs = ordered.flatMap(([path, disk]) => [disk, path]);
  const shell = ['sh', '-ec', script, 'sh', root, String(ordered.length), ...pairs, file, ...args];
  return { file: 'unshare', args: ['--mount', '--propagation=private', ...shell], cwd: '/' };
}

const machineFiles = ['/proc', '/dev/null', '/dev/random', '/dev/urandom', '/dev/zero'];

const script = `
root=$1 count=$2
shift 2
mkdir -p "$root"
mount -t tmpfs container "$root"
while [ "$count" -gt 0 ]; do
  disk=$1 path=$root$2 count=$((count - 1))
  shift 2
  if [ -d "$disk" ]; then mkdir -p "$path"; else mkdir -p "\${path%/*}"; : > "$path"; fi
  mount --rbind "$disk" "$path"
done
mkdir -p -m 1777 "$root/tmp"
exec chroot "$root" "$@"
`;
