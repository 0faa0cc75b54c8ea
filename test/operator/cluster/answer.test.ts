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

test('a question that no connection takes is given up by its signal, and sent to none that comes later', async () => {
  const ending = new AbortController();
  let later: Dispatcher.DispatchHandler | undefined;
  const dispatch: Dispatcher['dispatch'] = (_question, handler) => {
    later = handler;
    return true;
  };
  const asked = answerTo({ path: '/', method: 'GET' }, { dispatch }, { signal: ending.signal });
  const reason = new Error('it has taken too long');
  ending.abort(reason);
  await assert.rejects(asked, reason);
  assert.equal(getEventListeners(ending.signal, 'abort').length, 0);
  const aborted: unknown[] = [];
  const controller = { abort: (why: unknown) => aborted.push(why) } as unknown as Dispatcher.DispatchController;
  later?.onRequestStart?.(controller, {});
  assert.deepEqual(aborted, [reason]);
});

test('a question whose signal is aborted already is not asked', async () => {
  const dispatch = () => assert.fail('it was asked');
  const signal = AbortSignal.abort(new Error('the operator stops'));
  await assert.rejects(answerTo({ path: '/', method: 'GET' }, { dispatch }, { signal }), /the operator stops/);
});
