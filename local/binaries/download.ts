import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { chmod, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Dispatcher, EnvHttpProxyAgent, interceptors, request } from 'undici';
import { run } from '../run.ts';
import type { Artifact, Download } from './artifact.ts';
import { statedSha256 } from './checksum.ts';

/** The network answered, but not with the file: trying another file of the same host is not in vain. */
export class BadAnswer extends Error {}

export interface DownloadOptions {
  readonly connectTimeoutMs: number;
  /** Of the whole artifact, from 0 to 1. */
  readonly onProgress: (fraction: number, receivedBytes: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Downloads an artifact's files into `folder` and compares each with its official checksum. Returns where they came
 * from. Throws BadAnswer for a wrong status, size or checksum, undici's error if there is no connection.
 */
export async function download(artifact: Artifact, folder: string, options: DownloadOptions): Promise<string> {
  // Honours HTTPS_PROXY and NO_PROXY. The connect time-out is short so that a machine without network goes on soon.
  const agent = new EnvHttpProxyAgent({
    connect: { timeout: options.connectTimeoutMs },
    headersTimeout: 20_000,
    bodyTimeout: 30_000,
  });
  const dispatcher = agent.compose(interceptors.redirect({ maxRedirections: 5 }));
  try {
    for (const [index, file] of artifact.downloads.entries()) {
      const onProgress = (fraction: number, bytes: number) =>
        options.onProgress((index + fraction) / artifact.downloads.length, bytes);
      await downloadFile(file, folder, { ...options, onProgress, dispatcher });
    }
  } finally {
    await agent.destroy();
  }
  return artifact.downloads[0]?.url ?? '';
}

interface FileOptions extends DownloadOptions {
  readonly dispatcher: Dispatcher;
}

async function downloadFile(file: Download, folder: string, options: FileOptions): Promise<void> {
  const name = file.url.split('/').at(-1) ?? '';
  const expected = typeof file.sha256 === 'string' ? file.sha256 : await officialSha256(file.sha256.url, name, options);
  const { archiveFolder, files } = file;
  const path = join(folder, archiveFolder === undefined ? (files[0] ?? name) : name);
  const found = await save(file.url, path, options);
  if (found !== expected) throw new BadAnswer(`${file.url} has checksum ${found}, and should have ${expected}`);
  if (archiveFolder !== undefined) await extract(path, archiveFolder, files, folder);
  for (const saved of files) await chmod(join(folder, saved), 0o755);
}

async function officialSha256(url: string, name: string, options: FileOptions): Promise<string> {
  const body = await get(url, options);
  const sum = statedSha256(await body.text(), name);
  if (sum === undefined) throw new BadAnswer(`${url} states no checksum of ${name}`);
  return sum;
}

/** Returns the SHA-256 of what was saved. */
async function save(url: string, path: string, options: FileOptions): Promise<string> {
  const { body, headers } = await getWithHeaders(url, options);
  const total = Number(headers['content-length'] ?? Number.NaN);
  const hash = createHash('sha256');
  let received = 0;
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      received += chunk.length;
      options.onProgress(total > 0 ? received / total : 0, received);
      done(null, chunk);
    },
  });
  await pipeline(body, count, createWriteStream(path), options.signal === undefined ? {} : { signal: options.signal });
  return hash.digest('hex');
}

const get = async (url: string, options: FileOptions) => (await getWithHeaders(url, options)).body;

async function getWithHeaders(url: string, { dispatcher, signal }: FileOptions) {
  const response = await request(url, { dispatcher, ...(signal === undefined ? {} : { signal }) });
  if (response.statusCode === 200) return response;
  await response.body.dump();
  throw new BadAnswer(`${url} answered ${response.statusCode}`);
}

/** Takes files out of one folder of a `.tar.gz`, into `folder` without their path, and removes the archive. */
async function extract(archive: string, within: string, files: readonly string[], folder: string): Promise<void> {
  const depth = within.split('/').length;
  const members = files.map((file) => `${within}/${file}`);
  await run('tar', ['-xzf', archive, '-C', folder, `--strip-components=${depth}`, ...members]);
  await rm(archive);
}
