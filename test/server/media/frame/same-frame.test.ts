import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frameReader } from '#server/media/frame/frame-reader.ts';
import { corpus } from './corpus.ts';

for (const [codec, whole] of Object.entries(corpus))
  test(`${codec}: whatever comes, the answer is the same object`, () => {
    const reader = frameReader(codec);
    const answers = new Set(whole.map((payload) => reader?.(payload, false)).filter((frame) => frame !== undefined));
    assert.equal(answers.size, 1);
  });
