import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sharedMatch } from '#server/media/down/epoch.ts';
import { transport } from '#server/media/transport.ts';
import { publisher } from '#server/media/up/up-stream.ts';
import { videoDown, videoUp, vp8 } from '../peer.ts';

const spec = { id: 'up', localUfrag: 'a', localPwd: 'b', remoteUfrag: 'c', remotePwd: 'd' };
const streamOf = () => publisher(transport(spec, 1, 0), [videoUp({ codecs: [vp8(96)] })]).streams[0];

test('subscribers who agreed on the same share what a packet becomes for them, and no others do', () => {
  const stream = streamOf();
  const first = sharedMatch(videoDown(1, { codecs: [vp8(120)] }), stream);
  assert.equal(first.payloadTypes[96], 120);
  assert.equal(sharedMatch(videoDown(2, { codecs: [vp8(120)] }), stream), first);
  const other = sharedMatch(videoDown(3, { codecs: [vp8(121)] }), stream);
  assert.equal(other.payloadTypes[96], 121);
  assert.notEqual(sharedMatch(videoDown(4, { codecs: [vp8(120)], rtxSsrc: 5 }), stream), first);
  assert.notEqual(sharedMatch(videoDown(6, { codecs: [vp8(120)] }), streamOf()), first, 'of another publisher');
});

test('where nothing is published there is nothing to match', () => {
  assert.equal(sharedMatch(videoDown(1), undefined).payloadTypes[96], -1);
});

test('viewers who each agree on something else leave nothing behind that grows', () => {
  const stream = streamOf();
  for (let type = 96; type < 128; type++)
    for (let rtxType = 35; rtxType < 64; rtxType++)
      sharedMatch(videoDown(1, { codecs: [vp8(type, rtxType)], rtxSsrc: 2 }), stream);
  assert.ok((stream?.matches.size ?? 0) <= 32);
});
