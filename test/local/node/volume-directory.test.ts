import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, readlink, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { showFiles } from '#local/node/volume-directory.ts';
import { fillVolumes } from '#local/node/volumes.ts';
import { aContainer, seenPod, sourcesOf } from './seen-pod.ts';

const file = (path: string, text: string) => ({ path, data: Buffer.from(text), mode: 0o640 });

async function inTemporary(work: (directory: string) => Promise<void>) {
  const directory = await mkdtemp(join(tmpdir(), 'volume-'));
  try {
    await work(join(directory, 'v'));
  } finally {
    await rm(directory, { recursive: true });
  }
}

describe('a volume on disk', () => {
  test('shows its files, with their modes, and names go as they come', () =>
    inTemporary(async (directory) => {
      assert.equal(await showFiles(directory, [file('a', '1'), file('deep/b', '2')]), true);
      assert.equal(await readFile(join(directory, 'deep/b'), 'utf8'), '2');
      assert.equal((await stat(join(directory, 'a'))).mode & 0o777, 0o640);
      await showFiles(directory, [file('c', '3')]);
      assert.deepEqual(
        (await readdir(directory)).filter((name) => !name.startsWith('..')),
        ['c'],
      );
      assert.equal((await readdir(directory)).length, 3);
    }));

  test('is left alone when nothing changed', () =>
    inTemporary(async (directory) => {
      await showFiles(directory, [file('a', '1')]);
      const before = await readlink(join(directory, '..data'));
      assert.equal(await showFiles(directory, [file('a', '1')]), false);
      assert.equal(await readlink(join(directory, '..data')), before);
    }));

  test('never shows files of two versions at once', () =>
    inTemporary(async (directory) => {
      const version = (text: string) => [file('a', text), file('b', text)];
      await showFiles(directory, version('0'));
      let isDone = false;
      const seen = new Set<string>();
      const reading = (async () => {
        while (!isDone) {
          // As a careful reader does: resolve ..data once, and read again if that version went meanwhile.
          const data = join(directory, await readlink(join(directory, '..data')));
          const both = Promise.all([readFile(join(data, 'a'), 'utf8'), readFile(join(data, 'b'), 'utf8')]);
          const texts = await both.catch(() => undefined);
          if (texts !== undefined) seen.add(texts.join());
        }
      })();
      for (let round = 1; round <= 50; round++) await showFiles(directory, version(String(round)));
      isDone = true;
      await reading;
      for (const pair of seen) assert.match(pair, /^(\d+),\1$/);
      assert.equal(await readFile(join(directory, 'b'), 'utf8'), '50');
    }));
});

test('a subPath is the file of a Secret, and is made in an emptyDir', () =>
  inTemporary(async (directory) => {
    const volumeMounts = [
      { name: 's', mountPath: '/etc/key', subPath: 'key' },
      { name: 'db', mountPath: '/db', subPath: 'sub' },
    ];
    const using = seenPod({
      volumes: [
        { name: 's', secret: { secretName: 's' } },
        { name: 'db', emptyDir: {} },
      ],
      containers: [aContainer('main', { volumeMounts })],
    });
    const addresses = { podIP: '10.0.0.5', hostIP: '10.0.0.1' };
    await fillVolumes(directory, { pod: using, addresses, sources: sourcesOf({ secrets: { s: { key: 'hidden' } } }) });
    assert.equal(await readFile(join(directory, 's/key'), 'utf8'), 'hidden');
    assert.ok((await stat(join(directory, 'db/sub'))).isDirectory());
  }));
