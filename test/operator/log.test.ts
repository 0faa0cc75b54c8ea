import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonLog } from '#operator/log.ts';

test('the log is JSON lines of its level and above, with errors by their message', () => {
  const lines: string[] = [];
  const log = jsonLog({ level: 'warn', write: (line) => lines.push(line), now: () => 0 });
  log.info('not this');
  log.warn('this', { error: new Error('broken'), key: 'a' });
  assert.deepEqual(
    lines.map((line) => JSON.parse(line)),
    [{ time: '1970-01-01T00:00:00.000Z', level: 'warn', message: 'this', error: 'broken', key: 'a' }],
  );
});
