import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readlink } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

/** The SHA-256 that `text` states for `file`: the text is a checksum alone, or lines of `<hex>  <file name>`. */
export function statedSha256(text: string, file: string): string | undefined {
  const alone = /^\s*([0-9a-f]{64})\s*$/i.exec(text)?.[1];
  if (alone !== undefined) return alone.toLowerCase();
  for (const line of text.split('\n')) {
    const [, sum, name] = /^([0-9a-f]{64})\s+\*?(\S+)\s*$/i.exec(line) ?? [];
    if (sum !== undefined && name?.split('/').at(-1) === file) return sum.toLowerCase();
  }
  return undefined;
}

/** SHA-256 of a file's content, in lower-case hex. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

/** What a file must still be: its SHA-256, or for a symbolic link where it points. */
export async function fingerprint(path: string): Promise<string> {
  const isLink = (await lstat(path)).isSymbolicLink();
  return isLink ? `-> ${await readlink(path)}` : await sha256OfFile(path);
}
