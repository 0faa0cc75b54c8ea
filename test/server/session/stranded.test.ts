import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isStranded } from '#server/session/stranded.ts';
import { opus, vp8 } from '#test/server/media/peer.ts';

const h264 = { name: 'video/h264;42e01f;1', payloadType: 102, clockRate: 90_000 };
const video = (...codecs: ReturnType<typeof vp8>[]) => ({ kind: 'video', codecs }) as const;
const audio = (...codecs: ReturnType<typeof opus>[]) => ({ kind: 'audio', codecs }) as const;

for (const [name, received, published, stranded] of [
  ['has the codec, under another payload type', [video(vp8(120))], [video(vp8(96))], false],
  ['has it among others', [video(h264, vp8(120)), audio(opus(111))], [audio(opus(96)), video(vp8(96))], false],
  ['lacks that of the picture', [video(vp8(120)), audio(opus(111))], [video(h264), audio(opus(96))], true],
  ['asked for a kind that is not sent', [video(vp8(120)), audio(opus(111))], [audio(opus(96))], false],
  ['did not ask for a kind that is sent', [audio(opus(111))], [video(h264), audio(opus(96))], false],
] as const)
  test(`a viewer that ${name} is ${stranded ? 'stranded' : 'not stranded'}`, () =>
    assert.equal(isStranded(received, published), stranded));
