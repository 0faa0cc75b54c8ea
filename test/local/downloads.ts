import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Artifact } from '#local/binaries/artifact.ts';
import { type EnsureOptions, ensureBinaries } from '#local/binaries/ensure.ts';
import { progress } from '#local/progress.ts';

export const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');

/** An HTTP server of the test's own; returns its base URL. */
export async function serve(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Serves texts by path; notes what was asked for. */
export async function serveFiles(t: TestContext, files: Record<string, string | Buffer>) {
  const asked: string[] = [];
  const base = await serve(t, ({ url = '' }, response) => {
    asked.push(url);
    const content = files[url];
    response.writeHead(content === undefined ? 404 : 200).end(content);
  });
  return { base, asked };
}

/** An address where nothing listens. */
export const nowhere = 'http://127.0.0.1:9';

/** etcd, as far as these tests know: a file of any content, with a Go module that there is not. */
export const artifact = (base: string, changes: Partial<Artifact> = {}): Artifact => ({
  name: 'etcd',
  version: '1.0.0',
  provides: { etcd: 'etcd' },
  downloads: [{ url: `${base}/etcd`, sha256: { url: `${base}/etcd.sha256` }, files: ['etcd'] }],
  source: { kind: 'build', module: 'etcd', programs: { etcd: '.' }, ldflags: '', cpuSeconds: 1 },
  ...changes,
});

/** A cache of the test's own, and `ensure` on it, which also returns what it said. */
export async function cacheOf(t: TestContext) {
  const dir = await mkdtemp(join(tmpdir(), 'liveroom-test-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  /** Without a PATH there is no Go. */
  const env = { XDG_CACHE_HOME: dir, PATH: '' };
  const said: string[] = [];
  const shown = progress({ write: (text) => said.push(text), columns: undefined, now: Date.now });
  const ensure = (options: Partial<EnsureOptions<'etcd'>>) =>
    ensureBinaries({
      want: ['etcd'],
      progress: shown,
      connectTimeoutMs: 1_000,
      ...options,
      env: { ...env, ...options.env },
    });
  return { dir, cache: join(dir, 'liveroom'), said, ensure };
}
