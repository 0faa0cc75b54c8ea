import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MediaSnapshot } from '#server/media/plane.ts';
import { mediaLook } from '#server/observation/media-look.ts';
import { snapshot } from '../statuses.ts';

/** A media thread that answers when it is told to, or never. */
function arranged(keepMs = 0) {
  const first = snapshot();
  const questions: PromiseWithResolvers<MediaSnapshot>[] = [];
  let late = 0;
  let nowMs = 0;
  const look = mediaLook(
    {
      snapshot: () => {
        const question = Promise.withResolvers<MediaSnapshot>();
        questions.push(question);
        return question.promise;
      },
    },
    first,
    {
      timeoutMs: 20,
      keepMs,
      nowMs: () => nowMs,
      onLate: () => {
        late += 1;
      },
    },
  );
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return { first, questions, look, pass, late: () => late };
}

test('a thread that answers is told of as it is', async () => {
  const { questions, look, late } = arranged();
  const looking = look();
  const now = snapshot({ transports: 3 });
  questions[0]?.resolve(now);
  assert.equal(await looking, now);
  assert.equal(late(), 0);
});

test('while the thread hangs everybody gets what it said before, is counted, and it is asked once', async () => {
  const { first, questions, look, late } = arranged();
  assert.deepEqual(await Promise.all([look(), look(), look()]), [first, first, first]);
  assert.equal(await look(), first);
  assert.deepEqual([questions.length, late()], [1, 4]);
  const now = snapshot({ transports: 3 });
  questions[0]?.resolve(now);
  const looking = look();
  questions[1]?.resolve(now);
  assert.equal(await looking, now);
});

test('a thread that has died is told of as it was', async () => {
  const { first, questions, look } = arranged();
  const looking = look();
  questions[0]?.reject(new Error('the media thread ended'));
  assert.equal(await looking, first);
});

test('a flood of looks asks a thread but now and then: each answer of its takes time from packets', async () => {
  const { questions, look, pass } = arranged(250);
  const [now, later] = [snapshot({ transports: 3 }), snapshot({ transports: 4 })];
  const looking = look();
  questions[0]?.resolve(now);
  assert.equal(await looking, now);
  pass(249);
  assert.equal(await look(), now);
  assert.equal(questions.length, 1);
  pass(1);
  const again = look();
  questions[1]?.resolve(later);
  assert.equal(await again, later);
});
