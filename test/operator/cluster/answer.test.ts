import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import type { Dispatcher } from 'undici';
import { answerTo } from '#operator/cluster/client/answer.ts';

test('a question that is asked again on another connection is given up once, and leaves nothing on the signal', async () => {
  const { signal } = new AbortController();
  let listening = 0;
  const dispatch: Dispatcher['dispatch'] = (_question, handler) => {
    const controller = { abort: () => {} } as unknown as Dispatcher.DispatchController;
    // The first connection ends with GOAWAY before the question is looked at.
    for (let connection = 0; connection < 2; connection++) handler.onRequestStart?.(controller, {});
    listening = getEventListeners(signal, 'abort').length;
    handler.onResponseStart?.(controller, 200, {});
    handler.onResponseData?.(controller, Buffer.from('yes'));
    handler.onResponseEnd?.(controller, {});
    return true;
  };
  const answer = await answerTo({ path: '/', method: 'GET' }, { dispatch }, { signal });
  assert.deepEqual([answer.statusCode, answer.text, listening], [200, 'yes', 1]);
  assert.equal(getEventListeners(signal, 'abort').length, 0);
});
