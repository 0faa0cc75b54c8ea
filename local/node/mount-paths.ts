/** Characters that may stand in a path: beside one of these, a mount path is only a part of a longer path. */
const pathCharacters = String.raw`-\w.~%+@/`;

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/**
 * Pods are processes without a mount namespace, so what they read from a volume must reach them as a path on disk.
 * Returns a function that replaces each whole path token which is a mount path, or lies below one, by its place on disk.
 *
 * It is one pass, longest mount first: with the mounts `/prometheus` and `/etc/prometheus/rules`, replacing one after
 * the other would also hit `/prometheus` inside the other path.
 */
export function mountPathReplacer(mounts: ReadonlyMap<string, string>): (text: string) => string {
  const onDisk = new Map([...mounts].map(([path, disk]) => [withoutEndSlash(path), disk]));
  if (onDisk.size === 0) return (text) => text;
  const longestFirst = [...onDisk.keys()].sort((a, b) => b.length - a.length).map(escaped);
  const token = new RegExp(
    String.raw`(?<![${pathCharacters}\])}])(?:${longestFirst.join('|')})(?=/|[^${pathCharacters}]|$)`,
    'g',
  );
  return (text) => text.replace(token, (path) => onDisk.get(path) ?? path);
}

const withoutEndSlash = (path: string) => (path.length > 1 ? path.replace(/\/+$/, '') : path);
