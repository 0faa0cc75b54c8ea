import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '../..');

/** Links and images of a page that lead to files of this tree, without anchors and titles. */
const linksOf = (markdown: string) =>
  markdown
    .matchAll(/\]\(([^)\s#]+)(?:#[^)\s]*)?(?:\s+"[^"]*")?\)/g)
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .toArray();

const pages = [...(await Array.fromAsync(glob('docs/**/*.md', { cwd: root }))), 'README.md', 'CHANGELOG.md'];

test('every link of the pages leads to something that is there', async () => {
  let links = 0;
  for (const page of pages) {
    const targets = linksOf(await readFile(join(root, page), 'utf8'));
    links += targets.length;
    for (const target of targets) assert.ok(existsSync(join(root, dirname(page), target)), `${page}: ${target}`);
  }
  assert.ok(links > 100, `${links} links`);
});

test('every page of docs/ is in its table of contents, or in a folder that is', async () => {
  const listed = linksOf(await readFile(join(root, 'docs/README.md'), 'utf8')).map((target) => join('docs', target));
  for (const page of pages.filter((path) => path.startsWith('docs/') && path !== 'docs/README.md'))
    assert.ok(listed.includes(page) || listed.includes(join(dirname(page), '/')), page);
});
