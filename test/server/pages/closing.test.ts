import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closing } from '#server/http/pages/closing.js';

/** A session that tells what is done at its end. The server answers when it is asked to. */
function session() {
  const log: string[] = [];
  const left = new AbortController();
  const answer = Promise.withResolvers<void>();
  const tellServer = () => {
    log.push('server told');
    return answer.promise;
  };
  const close = closing(left.signal, tellServer, () => log.push('let go'));
  return { log, left, close, answer: answer.resolve };
}

test('who leaves a page has told the server, before anything else and in the same turn', () => {
  const { log, left } = session();
  left.abort();
  assert.deepEqual(log, ['server told', 'let go']);
});

test('a session that is closed is told of and let go once, whoever leaves or closes it again', async () => {
  const { log, left, close, answer } = session();
  const all = [close(), close()];
  left.abort();
  all.push(close());
  answer();
  await Promise.all(all);
  assert.deepEqual(log, ['server told', 'let go']);
});

test('it is closed when the server has answered, and not before', async () => {
  const { log, close, answer } = session();
  const closed = close().then(() => log.push('closed'));
  await new Promise(setImmediate);
  assert.deepEqual(log, ['server told', 'let go']);
  answer();
  await closed;
  assert.deepEqual(log, ['server told', 'let go', 'closed']);
});
