import assert from 'node:assert/strict';
import { test } from 'node:test';
import { established } from '#local/established.ts';

const wait = { signal: new AbortController().signal, deadlineMs: 5000 };

test('a definition whose conditions are null yet is asked for again', async () => {
  const asked: (readonly string[])[] = [];
  await established(
    async (args) => {
      asked.push(args);
      if (asked.length === 1)
        throw new Error('error: .status.conditions accessor error: <nil> is of the type <nil>, expected []interface{}');
    },
    ['crd/liverooms.liveroom.dev'],
    wait,
  );
  const words = ['wait', '--for=condition=Established', 'crd/liverooms.liveroom.dev', '--timeout=5s'];
  assert.deepEqual(asked, [words, words]);
});

test('what else kubectl says against it is passed on at once', async () => {
  const failing = async () => {
    throw new Error('timed out waiting for the condition');
  };
  await assert.rejects(established(failing, ['-f', 'kinds.yaml'], wait), /timed out/);
});
