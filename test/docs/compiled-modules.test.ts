import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFile(join(root, path), 'utf8');

test('what a server loads when it is first needed is compiled when its image is built', async () => {
  const image = /FROM base AS sfu\n(.*?)FROM base/s.exec(await read('Dockerfile'))?.[1] ?? '';
  const files = globSync('{server,tracing}/**/*.ts', { cwd: root }).filter((file) => file !== 'server/main.ts');
  const lazy: string[] = [];
  for (const file of files)
    for (const [, name = ''] of (await read(file)).matchAll(/(?<!typeof )import\('(\.[^']+\.ts)'\)/g))
      lazy.push(join(dirname(file), name));
  assert.ok(lazy.includes('server/access/jwt.ts'));
  assert.deepEqual(
    lazy.filter((file) => !image.includes(` ${file}`)),
    [],
  );
});
