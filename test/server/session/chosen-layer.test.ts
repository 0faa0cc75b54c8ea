import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statusOf } from '#server/http/problem.ts';
import { Refused } from '#server/room/refusal.ts';
import { chosenLayer, videoIndex } from '#server/session/chosen-layer.ts';
import { videoDown } from '#test/server/media/peer.ts';

const viewer = { mids: ['a', 'v'], received: [videoDown(1, { mid: 'v' })] };
const deaf = { mids: ['a'], received: [] };
const rids = ['l', 'm', 'h'];

test('the video is known by its place in the offer', () => {
  assert.deepEqual([videoIndex(viewer), videoIndex(deaf), videoIndex(undefined)], [1, -1, -1]);
});

for (const [name, body, chosen] of [
  ['by its rid and m-section', '{"mediaId":"1","rid":"m"}', 'm'],
  ['by its rid, as older players name it', '{"mediaId":"1","encodingId":"m"}', 'm'],
  ['of the first video, where none is named', '{"rid":"h","later":true}', 'h'],
  ['by nobody but us again', '{"mediaId":"1"}', undefined],
  ['by nobody but us, in an empty object', '{}', undefined],
] as const)
  test(`a layer is chosen ${name} (C-40)`, () => {
    assert.deepEqual(chosenLayer(body, viewer, rids), { mid: 'v', rid: chosen });
  });

for (const [name, body, of, published, status, says] of [
  ['that is not sent', '{"rid":"x"}', viewer, rids, 422, /sends l, m, h/],
  ['where there is one', '{"rid":"l"}', viewer, [], 422, /one encoding/],
  ['of the sound', '{"mediaId":"0","rid":"l"}', viewer, rids, 422, /video only, "mediaId": "1"/],
  ['of a viewer without video', '{"rid":"l"}', deaf, rids, 422, /video only/],
  ['of an object', '{"mediaId":{"toString":1},"rid":"l"}', viewer, rids, 422, /video only/],
  ['by a number', '{"rid":1}', viewer, rids, 422, /sends l, m, h/],
  ['by what there is not', '{"rid":"l","maxHeight":360}', viewer, rids, 422, /by their rid here, not by maxHeight/],
  ['in no JSON', '{rid:l}', viewer, rids, 400, /JSON object/],
  ['in another JSON', '["l"]', viewer, rids, 400, /JSON object/],
  ['in nothing', 'null', viewer, rids, 400, /JSON object/],
] as const)
  test(`a layer is refused ${name} (C-40)`, () =>
    assert.throws(
      () => chosenLayer(body, of, published),
      (error: unknown) => {
        assert.ok(error instanceof Refused, String(error));
        assert.equal(statusOf(error.refusal.reason), status);
        assert.match(error.refusal.detail, says);
        return true;
      },
    ));
