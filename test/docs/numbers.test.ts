import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { growth } from '#test/bench/operator/growth.ts';
import { page, type Run } from '#test/bench/operator/page.ts';

const folder = join(import.meta.dirname, '../../docs/numbers');
const read = (name: string) => readFile(join(folder, name), 'utf8');

test('the page of what the operator costs, and its plots, are those of the stored measurements', async () => {
  const run: Run = JSON.parse(await read('operator.json'));
  assert.equal(await read('operator.md'), page(run));
  assert.equal(await read('operator.svg'), growth(run.phases));
});
