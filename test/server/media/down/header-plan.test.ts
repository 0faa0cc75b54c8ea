import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headerPlan, stamp } from '#server/media/down/header-plan.ts';
import { sendHistory } from '#server/media/down/send-history.ts';
import type { ExtensionIds } from '#server/media/plane.ts';
import { nack } from '#server/media/rtp/rtcp-write.ts';
import { arena } from '../arena.ts';
import { opus, type Peer, videoDown, videoUp, vp8 } from '../peer.ts';

const timed = (extensions: ExtensionIds) =>
  videoDown(1000, { rtxSsrc: 1001, codecs: [vp8(120, 121)], mid: 'video', extensions });

/** Of each packet that a peer was sent: its SSRC, and its extensions by id. */
const extensionsOf = ({ inbox }: Peer) =>
  inbox.rtp.map(({ header: { ssrc, extensions } }) => ({
    ssrc,
    ...Object.fromEntries(
      extensions.filter(({ id }) => id !== 0).map(({ id, payload }) => [id, payload.toString('hex')]),
    ),
  }));

for (const [form, ids] of [
  ['one byte', { mid: 4, absSendTime: 2, transportWide: 14 }],
  ['two bytes', { mid: 4, absSendTime: 20, transportWide: 5 }],
] as const)
  test(`each packet tells its time and its number, in elements with a head of ${form}; retransmissions too`, () => {
    const { publisher, subscriber, from, pass } = arena();
    const [up, down] = [publisher('up'), subscriber('down', [timed(ids)])];
    pass(1000);
    from(up, up.rtp({ ssrc: 7, sequence: 1 }));
    pass(500);
    from(up, up.rtp({ ssrc: 7, sequence: 2 }));
    from(down, down.rtcp(nack(1, 1000, [down.inbox.rtp[0]?.header.sequenceNumber ?? 0])));
    const mid = Buffer.from('video').toString('hex');
    assert.deepEqual(extensionsOf(down), [
      { ssrc: 1000, [ids.mid]: mid, [ids.absSendTime]: '040000', [ids.transportWide]: '0000' },
      { ssrc: 1000, [ids.mid]: mid, [ids.absSendTime]: '060000', [ids.transportWide]: '0001' },
      { ssrc: 1001, [ids.mid]: mid, [ids.absSendTime]: '060000', [ids.transportWide]: '0002' },
    ]);
  });

test('one numbering goes through all tracks of a subscriber', () => {
  const { publisher, subscriber, from } = arena();
  const audio = { kind: 'audio', mid: '1', codecs: [opus(111)] } as const;
  const up = publisher('up', [videoUp(), videoUp(audio)]);
  const extensions = { transportWide: 3 };
  const down = subscriber('down', [timed(extensions), videoDown(2000, { ...audio, nack: false, extensions })]);
  for (let sequence = 1; sequence <= 2; sequence++)
    from(up, up.rtp({ ssrc: 7, sequence }), up.rtp({ ssrc: 8, sequence, payloadType: 111 }));
  assert.deepEqual(extensionsOf(down), [
    { ssrc: 1000, 3: '0000' },
    { ssrc: 2000, 3: '0001' },
    { ssrc: 1000, 3: '0002' },
    { ssrc: 2000, 3: '0003' },
  ]);
});

test('where a packet may have to be sent again as it was, it tells no time', () => {
  const extensions = { mid: 4, absSendTime: 2, transportWide: 3 };
  for (const more of [
    { codecs: [vp8(120)] },
    { codecs: [vp8(120, 121), { ...vp8(122), name: 'video/vp9' }], rtxSsrc: 1001 },
    { codecs: [vp8(120, 121)] },
  ]) {
    const { header, plan } = headerPlan(videoDown(1000, { extensions, ...more }));
    const { absSendTimeAt, transportWideAt } = plan;
    assert.deepEqual([absSendTimeAt, transportWideAt, header.length], [0, 0, 20]);
  }
});

test('the time is of 24 bits with 18 behind the point, whatever the clock', () => {
  const { header, plan } = headerPlan(timed({ absSendTime: 1 }));
  for (const [nowMs, time] of [
    [0, '000000'],
    [1000, '040000'],
    [63_999.999, 'ffffff'],
    [64_000, '000000'],
    [1e9 * 64 + 500, '020000'],
  ] as const) {
    stamp(header, plan, sendHistory(), 0, nowMs);
    assert.equal(header.subarray(plan.absSendTimeAt, plan.absSendTimeAt + 3).toString('hex'), time);
  }
});
