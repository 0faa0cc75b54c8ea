import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PodStats } from '#crds/pod-stats.ts';
import { type Heard, hasPeople, hear, unheard } from '#operator/stats/heard.ts';
import { room, said } from './answers.ts';

/** Asks once more, and notes that answer. */
const ask = (pod: Heard, answer: PodStats | undefined): boolean => hear(pod, ++pod.asked, answer);

test('the first answer is news, and the same once more is none', () => {
  const pod = unheard();
  assert.deepEqual([ask(pod, said(room())), ask(pod, said(room()))], [true, false]);
});

test('two lost answers change nothing, the third is news, and so is the next answer', () => {
  const pod = unheard();
  const answer = said(room());
  ask(pod, answer);
  assert.deepEqual([ask(pod, undefined), ask(pod, undefined)], [false, false]);
  assert.equal(pod.said, answer);
  assert.deepEqual([ask(pod, undefined), ask(pod, undefined)], [true, false]);
  assert.equal(pod.said, 'Silent');
  assert.ok(ask(pod, answer));
  assert.equal(pod.said, answer);
});

test('a pod that has never answered is silent after three questions', () => {
  const pod = unheard();
  assert.deepEqual([ask(pod, undefined), ask(pod, undefined), ask(pod, undefined)], [false, false, true]);
  assert.equal(pod.said, 'Silent');
});

test('an answer, or its loss, that is older than what is known counts for nothing', () => {
  const pod = unheard();
  const [early, late] = [++pod.asked, ++pod.asked];
  assert.ok(hear(pod, late, said(room({ subscribers: 1 }))));
  assert.ok(!hear(pod, early, said(room())));
  for (let i = 0; i < 3; i++) assert.ok(!hear(pod, early, undefined));
  assert.deepEqual(pod.said, said(room({ subscribers: 1 })));
});

test('subscribers that come by ones are news by the tenth of what was told, not of what was said last', () => {
  const pod = unheard();
  const news = [];
  for (let subscribers = 100; subscribers <= 110; subscribers++)
    if (ask(pod, said(room({ subscribers })))) news.push(subscribers);
  assert.deepEqual(news, [100, 110]);
});

test('that a publisher has ended its session is news, also of one that came and went between two answers', () => {
  const pod = unheard();
  const ended = (publisherEndedAt?: string) => said(room(publisherEndedAt === undefined ? {} : { publisherEndedAt }));
  ask(pod, ended());
  const answers = [ended('2026-11-01T13:30:00Z'), ended('2026-11-01T13:30:00Z'), ended('2026-11-01T13:30:04Z')];
  assert.deepEqual(
    answers.map((answer) => ask(pod, answer)),
    [true, false, true],
  );
});

test('people are on a pod if one of its rooms has a publisher or a subscriber', () => {
  const publisher = { since: '2026-11-01T13:30:00Z', sendsMedia: true };
  assert.deepEqual(
    [said(), said(room()), said(room(), room({ subscribers: 1 })), said(room({ publisher }))].map(hasPeople),
    [false, false, true, true],
  );
});
