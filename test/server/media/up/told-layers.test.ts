import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arena } from '../arena.ts';
import { videoUp, vp8 } from '../peer.ts';

const rid = 5;
const sizes = { l: [320, 180], h: [1280, 720] } as const;

/** VP8: the first packet of a key frame of so many pixels (RFC 6386 section 9.1). */
function keyFrameOf(width: number, height: number): Buffer {
  const payload = Buffer.alloc(500);
  payload.write('105031009d012a', 'hex');
  payload.writeUInt16LE(width, 7);
  payload.writeUInt16LE(height, 9);
  return payload;
}

test('viewers’ side is told of encodings and their sizes when they have changed, and not each second', () => {
  const at = arena();
  const up = at.publisher('up', [videoUp({ rids: ['l', 'h'], extensions: { rid }, codecs: [vp8(96)] })]);
  let sequence = 0;
  const live = (seconds: number, names: readonly (keyof typeof sizes)[]) => {
    for (let i = 0; i < seconds * 10; i++) {
      sequence += 1;
      for (const name of names) {
        const [width, height] = sizes[name];
        const payload = keyFrameOf(width, height);
        const ssrc = name === 'l' ? 7 : 8;
        at.from(
          up,
          up.rtp({ ssrc, sequence, timestamp: sequence * 9000, payload, extension: { id: rid, value: name } }),
        );
      }
      at.from(up, up.check());
      at.pass(100);
    }
  };
  const told = () => at.events.filter((event) => event.startsWith('layers'));
  live(15, ['l', 'h']);
  const before = told().length;
  assert.equal(told().at(-1), 'layers up l:180,h:720');
  live(10, ['l', 'h']);
  assert.equal(told().length, before, 'nothing has changed');
  live(4, ['l']);
  assert.ok(told().length > before, 'one does not flow');
});

test('a publisher of one encoding has no layers', () => {
  const at = arena();
  const up = at.publisher('up');
  at.from(up, up.rtp({ ssrc: 7, sequence: 1, payload: keyFrameOf(640, 360) }));
  at.pass(5000);
  assert.ok(!at.events.some((event) => event.startsWith('layers')));
});
