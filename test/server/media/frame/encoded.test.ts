import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Frame } from '#server/media/frame/frame.ts';
import { frameReader } from '#server/media/frame/frame-reader.ts';
import { encoded, packets } from './encoded.ts';

for (const picture of encoded)
  for (const size of [1200, 40])
    test(`${picture.what}, read from packets of ${size} bytes`, () => {
      const { codec, width, height, isKeyFrame, hasBSlice } = picture;
      const reader = frameReader(`video/${codec}`);
      const frames = packets(picture, size).map(({ payload, marker }): Frame => {
        const frame = reader?.(payload, marker);
        assert.ok(frame, payload.toString('hex'));
        return { ...frame };
      });
      const count = (has: (frame: Frame) => boolean) => frames.filter(has).length;
      assert.equal(
        count((frame) => frame.startsFrame),
        1,
      );
      assert.deepEqual([count((frame) => frame.endsFrame), frames.at(-1)?.endsFrame], [1, true]);
      assert.equal(count((frame) => frame.isKeyFrame) > 0, isKeyFrame);
      assert.equal(frames[0]?.startsKeyFrame, isKeyFrame);
      assert.equal(count((frame) => frame.hasParameters) > 0, isKeyFrame);
      assert.equal(count((frame) => frame.hasBSlice) > 0, hasBSlice);
      // A header that does not fit into one packet is not put together.
      if (size === 40) return;
      const told = frames.find((frame) => frame.width > 0);
      assert.deepEqual([told?.width, told?.height], isKeyFrame ? [width, height] : [undefined, undefined]);
    });
