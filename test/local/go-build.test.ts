import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import type { GoSource } from '#local/binaries/artifact.ts';
import { artifact, cacheOf, nowhere, serveFiles, sha256 } from './downloads.ts';

const goCache = spawnSync('go', ['env', 'GOCACHE'], { encoding: 'utf8' });
const skip = goCache.status === 0 ? false : 'there is no Go here';
/** Go's own cache stays where it is: in the test's one the standard library would be compiled anew. */
const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], GOCACHE: goCache.stdout?.trim() };

const source: GoSource = {
  kind: 'build',
  module: 'hello',
  programs: { hello: '.' },
  ldflags: '-X main.version=v7',
  links: { etcd: 'hello', kubectl: 'hello' },
  cpuSeconds: 5,
};

/** A Go module without dependencies, whose program says how it is called and its version. */
async function goModules(dir: string, main = 'func main() { println(filepath.Base(os.Args[0]), version) }') {
  const module = join(dir, 'modules/hello');
  await mkdir(module, { recursive: true });
  await writeFile(join(module, 'go.mod'), 'module example.com/hello\n\ngo 1.24\n');
  const imports = 'import (\n\t"os"\n\t"path/filepath"\n)';
  await writeFile(join(module, 'main.go'), `package main\n\n${imports}\n\nvar version string\n\n${main}\n`);
  return dirname(module);
}

test('without a network it is built with Go, says why, and acts by the name it is called by', { skip }, async (t) => {
  const { dir, ensure, said } = await cacheOf(t);
  const modules = await goModules(dir);
  const { etcd } = await ensure({ artifacts: [artifact(nowhere, { source })], goModules: modules, env });
  assert.equal(spawnSync(etcd).stderr.toString(), 'etcd v7\n');
  assert.equal(await readlink(etcd), 'hello');
  assert.match(said.join(''), /no download \(.*ECONNREFUSED.*\)\..*building it with Go 1\.\d+/s);
});

test('after one failed connection the next binary is built without waiting for another', { skip }, async (t) => {
  const { dir, ensure, said } = await cacheOf(t);
  const { base, asked } = await serveFiles(t, {});
  const first = artifact(nowhere, { source });
  const second = artifact(base, { source, name: 'kubernetes', provides: { kubectl: 'kubectl' } });
  const want = ['etcd', 'kubectl'] as unknown as ['etcd'];
  await ensure({ want, artifacts: [first, second], goModules: await goModules(dir), env });
  assert.deepEqual(asked, []);
  assert.equal(said.join('').match(/downloading/g)?.length, 1);
});

test('a wrong checksum falls back to Go, and nothing of the download is kept', { skip }, async (t) => {
  const { dir, ensure } = await cacheOf(t);
  const { base } = await serveFiles(t, { '/etcd': 'something else', '/etcd.sha256': sha256('the program') });
  const { etcd } = await ensure({ artifacts: [artifact(base, { source })], goModules: await goModules(dir), env });
  assert.deepEqual((await readdir(dirname(etcd))).sort(), ['entry.json', 'etcd', 'hello', 'kubectl']);
  assert.match(await readFile(join(dirname(etcd), 'entry.json'), 'utf8'), /go build/);
});

test('a build that fails shows what the compiler said and what else would help', { skip }, async (t) => {
  const { dir, ensure, cache } = await cacheOf(t);
  const modules = await goModules(dir, 'func main() { nonsense() }');
  const going = ensure({ artifacts: [artifact(nowhere, { source })], goModules: modules, env });
  await assert.rejects(going, /undefined: nonsense.*LIVEROOM_BINARIES/s);
  assert.deepEqual(await readdir(cache), []);
});

test('aborting a build kills the compiler and leaves nothing', { skip }, async (t) => {
  const { dir, ensure, cache, said } = await cacheOf(t);
  const stopping = new AbortController();
  const modules = await goModules(dir);
  const abortAtBuild = setInterval(() => said.join('').includes('building') && stopping.abort(), 5);
  t.after(() => clearInterval(abortAtBuild));
  // A cache of its own, so that there is something to compile.
  const goEnv = { ...env, GOCACHE: join(dir, 'go-cache') };
  const { signal } = stopping;
  await assert.rejects(ensure({ artifacts: [artifact(nowhere, { source })], goModules: modules, env: goEnv, signal }), {
    name: 'AbortError',
  });
  assert.deepEqual(await readdir(cache), []);
});
