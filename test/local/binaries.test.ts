import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { access, constants, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';
import { artifact, cacheOf, nowhere, serve, serveFiles, sha256 } from './downloads.ts';

const program = 'the program\n';
const files = { '/etcd': program, '/etcd.sha256': `${sha256(program)}\n` };

test('a download with the right checksum is put into the cache, executable, and not asked for again', async (t) => {
  const { ensure } = await cacheOf(t);
  const { base, asked } = await serveFiles(t, files);
  const { etcd } = await ensure({ artifacts: [artifact(base)] });
  assert.equal(await readFile(etcd, 'utf8'), program);
  await access(etcd, constants.X_OK);
  await ensure({ artifacts: [artifact(base)] });
  assert.deepEqual(asked, ['/etcd.sha256', '/etcd']);
});

test('a download that does not match its checksum is refused, and nothing of it is left', async (t) => {
  const { ensure, cache } = await cacheOf(t);
  const { base } = await serveFiles(t, { ...files, '/etcd': 'something else' });
  await assert.rejects(ensure({ artifacts: [artifact(base)] }), /checksum/);
  assert.deepEqual(await readdir(cache), []);
});

test('a checksum that is pinned here needs no other file', async (t) => {
  const { ensure } = await cacheOf(t);
  const { base, asked } = await serveFiles(t, files);
  const downloads = [{ url: `${base}/etcd`, sha256: sha256(program), files: ['etcd'] }];
  await ensure({ artifacts: [artifact(base, { downloads })] });
  assert.deepEqual(asked, ['/etcd']);
});

test('a redirect is followed, and the files are taken out of the archive', async (t) => {
  const { dir, ensure } = await cacheOf(t);
  await mkdir(join(dir, 'etcd-linux'));
  for (const file of ['etcd', 'etcdctl', 'README']) await writeFile(join(dir, 'etcd-linux', file), program);
  execFileSync('tar', ['-czf', join(dir, 'a.tar.gz'), '-C', dir, 'etcd-linux']);
  const archive = await readFile(join(dir, 'a.tar.gz'));
  const { base: mirror } = await serveFiles(t, { '/a.tar.gz': archive });
  const base = await serve(t, (_, response) => response.writeHead(302, { location: `${mirror}/a.tar.gz` }).end());
  const downloads = [
    { url: `${base}/a.tar.gz`, sha256: sha256(archive), files: ['etcd', 'etcdctl'], archiveFolder: 'etcd-linux' },
  ];
  const { etcd } = await ensure({ artifacts: [artifact(base, { downloads })], env: { PATH: process.env['PATH'] } });
  assert.equal(await readFile(etcd, 'utf8'), program);
  assert.deepEqual((await readdir(dirname(etcd))).sort(), ['entry.json', 'etcd', 'etcdctl']);
});

for (const [what, damage] of Object.entries({
  'a changed file': (entry: string) => writeFile(join(entry, 'etcd'), 'rotten'),
  'a cut record': (entry: string) => writeFile(join(entry, 'entry.json'), '{"origin": "htt'),
  'a record of other files': (entry: string) => writeFile(join(entry, 'entry.json'), '{"origin": "", "files": {}}'),
})) {
  test(`a cache entry with ${what} is noticed, said and replaced`, async (t) => {
    const { ensure, said } = await cacheOf(t);
    const { base } = await serveFiles(t, files);
    const { etcd } = await ensure({ artifacts: [artifact(base)] });
    await damage(dirname(etcd));
    await ensure({ artifacts: [artifact(base)] });
    assert.equal(await readFile(etcd, 'utf8'), program);
    assert.match(said.join(''), /is damaged/);
  });
}

test('the folder of LIVEROOM_BINARIES comes first, and what it lacks is said', async (t) => {
  const { dir, ensure, said } = await cacheOf(t);
  const env = { LIVEROOM_BINARIES: dir };
  const { base } = await serveFiles(t, files);
  await ensure({ artifacts: [artifact(base)], env });
  assert.match(said.join(''), /has no etcd/);
  await writeFile(join(dir, 'etcd'), 'mine');
  assert.equal((await ensure({ artifacts: [artifact(base)], env })).etcd, join(dir, 'etcd'));
});

test('with neither a network nor Go the error says what would help', async (t) => {
  const { ensure, cache } = await cacheOf(t);
  const failure = await ensure({ artifacts: [artifact(nowhere)] }).catch((error: Error) => error.message);
  assert.match(String(failure), /there is no download \(.*ECONNREFUSED.*\), and no Go/s);
  assert.match(String(failure), /HTTPS_PROXY.*Go 1\.26.*LIVEROOM_BINARIES=<folder that holds etcd>/s);
  assert.deepEqual(await readdir(cache), []);
});

test('what nobody publishes is not asked for, and without Go the error says so', async (t) => {
  const { ensure, said } = await cacheOf(t);
  await assert.rejects(ensure({ artifacts: [artifact(nowhere, { downloads: [] })] }), /none is published.*and no Go/s);
  assert.doesNotMatch(said.join(''), /downloading/);
});

test('two at once download once, and the second says that it waits', async (t) => {
  const { ensure, said } = await cacheOf(t);
  const asked: string[] = [];
  const base = await serve(t, ({ url = '' }, response) => {
    asked.push(url);
    // Slow enough that both are there.
    setTimeout(() => response.end(files[url as keyof typeof files]), 200);
  });
  const both = await Promise.all([ensure({ artifacts: [artifact(base)] }), ensure({ artifacts: [artifact(base)] })]);
  assert.equal(both[0].etcd, both[1].etcd);
  assert.deepEqual(asked, ['/etcd.sha256', '/etcd']);
  assert.match(said.join(''), /waiting for it/);
});

test('aborting in the middle of a download leaves nothing', async (t) => {
  const { ensure, cache } = await cacheOf(t);
  const stopping = new AbortController();
  const base = await serve(t, ({ url }, response) => {
    if (url === '/etcd.sha256') return response.end(files['/etcd.sha256']);
    response.writeHead(200, { 'content-length': 1000 }).write('half of it');
    stopping.abort();
    return response;
  });
  const going = ensure({ artifacts: [artifact(base)], signal: stopping.signal });
  await assert.rejects(going, { name: 'AbortError' });
  assert.deepEqual(await readdir(cache), []);
});

test('a download that breaks off is no entry', async (t) => {
  const { ensure, cache } = await cacheOf(t);
  const base = await serve(t, ({ url }, response) => {
    if (url === '/etcd.sha256') return response.end(files['/etcd.sha256']);
    response.writeHead(200, { 'content-length': 1000 }).write('half of it');
    setTimeout(() => response.destroy(), 20);
    return response;
  });
  await assert.rejects(ensure({ artifacts: [artifact(base)] }), /there is no download/);
  assert.deepEqual(await readdir(cache), []);
});

test('what a killed process left behind is cleared away', async (t) => {
  const { ensure, cache } = await cacheOf(t);
  const { base } = await serveFiles(t, files);
  const { etcd } = await ensure({ artifacts: [artifact(base)] });
  const entry = basename(dirname(etcd));
  await mkdir(join(cache, `.${entry}-0a1b2c3d`));
  await writeFile(etcd, 'rotten');
  await ensure({ artifacts: [artifact(base)] });
  assert.deepEqual(await readdir(cache), [entry]);
});
