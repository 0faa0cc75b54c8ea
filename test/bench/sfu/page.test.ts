import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { keep } from './keep.ts';
import type { Part } from './numbers.ts';
import { page } from './page.ts';

const machine = { node: 'v26', system: 'Linux 6', cpu: 'Some CPU', cores: 2, memoryGB: 8 };
const load = { before: 0.5, after: 1.25, othersPercent: 3 };
const part = (value: number): Part => ({
  ...{ commit: 'abc', machine, load },
  figures: [
    { name: 'CPU of a join', value, unit: 'ms', target: { atMost: 2 } },
    { name: 'joins', value: 50, unit: '/s' },
  ],
});

test('each number stands beside its target, with what it was measured on, and a missed one is told first', () => {
  const text = page({ joins: part(2.5) });
  assert.match(
    text,
    /Of 1 targets 0 are kept\.\n\nMissed:\n\n- \*\*CPU of a join\*\*: 2\.50 ms, for a target of ≤ 2 ms/,
  );
  assert.match(text, /Not measured: forwarding, features, cores, memory, lossy and attack\./);
  assert.match(text, /Commit abc, Node v26, Linux 6, 2 × Some CPU, 8 GB; load 0\.50 before and 1\.25 after/);
  assert.match(text, /\| CPU of a join \| \*\*2\.50 ms\*\* \| {2}\| {2}\| ≤ 2 ms \| MISSED \|/);
});

test('a part that is measured takes the place of what was measured of it before, and no other', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'liveroom-numbers-'));
  t.after(() => rm(dir, { recursive: true }));
  keep(dir, 'joins', part(2.5));
  keep(dir, 'memory', part(1));
  keep(dir, 'joins', part(1.2345678));
  const stored = JSON.parse(await readFile(join(dir, 'sfu.json'), 'utf8'));
  assert.deepEqual(Object.keys(stored), ['joins', 'memory']);
  assert.equal(stored.joins.figures[0].value, 1.235);
  assert.equal(await readFile(join(dir, 'sfu.md'), 'utf8'), page(stored));
});
