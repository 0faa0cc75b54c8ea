import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse, stringify } from 'yaml';
import { yamlText } from '#operator/build/yaml-text.ts';
import { freshSeed, seeded } from '#test/harness/seeded.ts';

/** As names, files and choices of rooms are. */
const ordinary = [
  'BearerToken',
  'keynote',
  '1e3',
  '0x1f',
  '12',
  '1.5',
  '1a',
  'true',
  'no',
  '2026-11-22',
  'a.b.c',
  'a-',
];
const awkward = [
  '',
  ' ',
  '- a',
  'a: b',
  '#',
  'ä',
  '"',
  "'",
  'a\nb',
  '~',
  '.5',
  '&a',
  '{',
  '[]',
  '\t',
  '\\',
  '-',
  'x y',
];

const drawn =
  (random: () => number, texts: readonly string[]) =>
  (depth: number): unknown => {
    const draw = drawn(random, texts);
    const text = () => texts[Math.floor(random() * texts.length)] ?? '';
    const several = <T>(make: () => T) => Array.from({ length: Math.floor(random() * 4) }, make);
    const kinds: (() => unknown)[] = [text, text, () => Math.floor(random() * 1e6), () => random() < 0.5];
    if (depth > 0)
      kinds.push(
        () => several(() => draw(depth - 1)),
        () => Object.fromEntries(several(() => [text(), draw(depth - 1)])),
      );
    return (kinds[Math.floor(random() * kinds.length)] as () => unknown)();
  };

const rounds = 2_000;

test('settings are written as the library writes them', (t) => {
  const seed = freshSeed();
  t.diagnostic(`SEED=${seed}`);
  const draw = drawn(seeded(seed), ordinary);
  for (let i = 0; i < rounds; i++) {
    const value = { rooms: [draw(3)], drain: draw(2) };
    assert.equal(yamlText(value), stringify(value));
  }
});

test('whatever a text has in it is read as it was', (t) => {
  const seed = freshSeed();
  t.diagnostic(`SEED=${seed}`);
  const draw = drawn(seeded(seed), awkward);
  for (let i = 0; i < rounds; i++) {
    const value = { rooms: [draw(3)], drain: draw(2) };
    assert.deepEqual(parse(yamlText(value)), value);
  }
});

test('empty maps and lists stand on the line of their name, and null is null', () => {
  assert.equal(yamlText({ a: {}, b: [{ c: [] }, []], d: null }), 'a: {}\nb:\n  - c: []\n  - []\nd: null\n');
  assert.equal(yamlText({}), '{}\n');
});

test('what is undefined is left out of a map, and null in a list', () => {
  for (const value of [{ a: undefined, b: { c: undefined }, d: [undefined, { e: undefined }] }, { a: undefined }])
    assert.equal(yamlText(value), stringify(value));
});
