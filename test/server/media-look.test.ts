import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MediaSnapshot } from '#server/media/plane.ts';
import { mediaLook } from '#server/media-look.ts';
import { snapshot } from './statuses.ts';

/** A media thread that answers when it is told to, or never. */
function arranged() {
  const first = snapshot();
  const questions: PromiseWithResolvers<MediaSnapshot>[] = [];
  let late = 0;
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
      onLate: () => {
        late += 1;
      },
    },
  );
  return { first, questions, look, late: () => late };
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
