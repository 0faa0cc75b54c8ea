import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { logFile } from '#local/node/log-file.ts';
import { lineSplitter, logQuery, selectedLines, shownLine } from '#local/node/log-lines.ts';

describe('a log', () => {
  const directory = mkdtempSync(join(tmpdir(), 'log-'));
  after(() => rmSync(directory, { recursive: true }));
  const texts = (lines: readonly string[]) => lines.map((line) => line.slice(line.indexOf(' ') + 1));

  test('has the lines of both streams, each whole and with its time', () => {
    const log = logFile(join(directory, 'a.log'), () => Date.parse('2026-01-01T00:00:00Z'));
    const [out, err] = [log.stream(), log.stream()];
    out(Buffer.from('one\ntw'));
    err(Buffer.from('error\n'));
    out(Buffer.from('o\n'));
    out(undefined);
    assert.deepEqual(texts(log.lines()), ['one', 'error', 'two']);
    assert.equal(log.lines()[0], '2026-01-01T00:00:00.000Z one');
    log.end();
  });

  test('keeps its latest part when it grows', () => {
    const log = logFile(join(directory, 'b.log'), Date.now, 1000);
    const write = log.stream();
    for (let line = 0; line < 100; line++) write(Buffer.from(`line ${line}\n`));
    const kept = texts(log.lines());
    assert.equal(kept.at(-1), 'line 99');
    assert.ok(kept.length >= 25 && kept.length < 80, `${kept.length} lines`);
    log.end();
    assert.deepEqual(
      readdirSync(directory)
        .filter((name) => name.startsWith('b.'))
        .sort(),
      ['b.log', 'b.log.1'],
    );
  });

  test('can be followed to its end', () => {
    const log = logFile(join(directory, 'c.log'), Date.now);
    const write = log.stream();
    const heard: string[] = [];
    log.follow(
      (line) => heard.push(line),
      () => heard.push('- end'),
    );
    write(Buffer.from('x\n'));
    log.end();
    log.follow(
      () => {},
      () => heard.push('- ended before'),
    );
    assert.deepEqual(texts(heard), ['x', 'end', 'ended before']);
  });

  test('cuts a line that never ends', () => {
    const lines: string[] = [];
    const split = lineSplitter((line) => lines.push(line));
    for (let chunk = 0; chunk < 20; chunk++) split(Buffer.alloc(1000, 'x'));
    assert.equal(lines.length, 1);
    assert.equal(lines[0]?.length, 17_000);
  });

  test('is asked for its last lines, those since a time, and with or without times', () => {
    const now = Date.parse('2026-01-01T00:01:00Z');
    const lines = ['2026-01-01T00:00:00.000Z old', '2026-01-01T00:00:55.000Z a b', '2026-01-01T00:00:59.000Z c'];
    const shown = (query: string) => {
      const asked = logQuery(new URLSearchParams(query), now);
      return selectedLines(lines, asked).map((line) => shownLine(line, asked));
    };
    assert.deepEqual(shown('tailLines=1'), ['c\n']);
    assert.deepEqual(shown('tailLines=0'), []);
    assert.deepEqual(shown('sinceSeconds=10'), ['a b\n', 'c\n']);
    assert.deepEqual(shown('sinceTime=2026-01-01T00:00:58Z&timestamps=true'), ['2026-01-01T00:00:59.000Z c\n']);
    assert.deepEqual(shown('tailLines=many').length, 3);
  });
});
