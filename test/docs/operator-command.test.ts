import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { chartNodeOptions } from '#test/bench/operator/process.ts';

const read = (path: string) => readFile(join(import.meta.dirname, '../..', path), 'utf8');

test('the operator is started alike by its image, by the chart, and where it is measured', async () => {
  const expected = ['node', ...chartNodeOptions, 'operator/main.ts'];
  const image = (await read('Dockerfile')).split('FROM base AS operator')[1] ?? '';
  assert.deepEqual(JSON.parse(/^CMD (.*)$/m.exec(image)?.[1] ?? '[]'), expected);
  const chart = await read('charts/liveroom/templates/deployment.yaml');
  assert.deepEqual(parse(/^ *command: (.*)$/m.exec(chart)?.[1] ?? '[]'), expected);
});
