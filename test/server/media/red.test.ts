import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DownTrack, PayloadCodec, UpTrack } from '#server/media/plane.ts';
import { nack } from '#server/media/rtp/rtcp-write.ts';
import { arena } from './arena.ts';
import { opus, type Peer, videoDown, videoUp } from './peer.ts';
import { redPayload } from './rtp/red-packets.ts';

const red = (payloadType: number, blockType: number): PayloadCodec => ({
  name: 'audio/red',
  payloadType,
  blockType,
  clockRate: 48_000,
});
const soundUp = (more: Partial<UpTrack> = {}) =>
  videoUp({ kind: 'audio', codecs: [opus(111), red(63, 111)], nack: false, pli: false, ...more });
const soundDown = (ssrc: number, ...codecs: PayloadCodec[]): DownTrack =>
  videoDown(ssrc, { kind: 'audio', codecs, nack: true });

const knowing = (ssrc: number) => soundDown(ssrc, opus(96), red(97, 96));
const plain = (ssrc: number) => soundDown(ssrc, opus(100));

/** What each packet was: type and payload. */
const heard = ({ inbox }: Peer) =>
  inbox.rtp.map(({ header, payload }) => [header.payloadType, payload.toString('latin1')]);

const said = redPayload(111, ['before last', 'last'], 'now').toString('latin1');
const saidTo = (blockType: number) => redPayload(blockType, ['before last', 'last'], 'now').toString('latin1');

function scene(...downs: DownTrack[]) {
  const { publisher, subscriber, ...rest } = arena();
  const up = publisher('up', [soundUp()]);
  const viewers = downs.map((down, i) => subscriber(`down ${i}`, [down]));
  return { ...rest, up, viewers };
}

const packet = (sequence: number, payload = said, payloadType = 63) => ({
  ...{ ssrc: 7, sequence, timestamp: sequence * 960, payloadType, payload: Buffer.from(payload, 'latin1') },
});

test('who knows redundancy gets it whole under its own types, who does not gets the primary block alone', () => {
  const { up, viewers, from } = scene(knowing(1000), plain(2000), knowing(3000), plain(4000));
  from(up, up.rtp(packet(1)));
  const [one, two, three, four] = viewers.map(heard);
  assert.deepEqual([one, three], [[[97, saidTo(96)]], [[97, saidTo(96)]]]);
  assert.deepEqual([two, four], [[[100, 'now']], [[100, 'now']]]);
});

test('numbers and timestamps are those of the packets, with and without redundancy, also where a publisher mixes', () => {
  const { up, viewers, from } = scene(knowing(1000), plain(2000));
  from(up, up.rtp(packet(1)), up.rtp(packet(2, 'alone', 111)), up.rtp(packet(5)));
  for (const { inbox } of viewers) {
    const [first, ...others] = inbox.rtp.map(({ header }) => header);
    const steps = others.map(({ sequenceNumber, timestamp }) => [
      (sequenceNumber - (first?.sequenceNumber ?? 0)) & 0xffff,
      (timestamp - (first?.timestamp ?? 0)) >>> 0,
    ]);
    assert.deepEqual(steps, [
      [1, 960],
      [4, 4 * 960],
    ]);
  }
  assert.deepEqual(viewers.map(heard)[0]?.[1], [96, 'alone']);
  assert.deepEqual(viewers.map(heard)[1]?.[1], [100, 'alone']);
});

test('a viewer that knows redundancy gets plain sound of a publisher that does not', () => {
  const { publisher, subscriber, from } = arena();
  const up = publisher('up', [soundUp({ codecs: [opus(111)] })]);
  const down = subscriber('down', [knowing(1000)]);
  from(up, up.rtp(packet(1, 'plain', 111)), up.rtp(packet(2)));
  assert.deepEqual(heard(down), [[96, 'plain']]);
});

test('what is asked for again is the same again, for either', () => {
  const { up, viewers, from } = scene(knowing(1000), plain(2000));
  from(up, up.rtp(packet(1)), up.rtp(packet(2)));
  for (const [i, viewer] of viewers.entries()) {
    const number = viewer.inbox.rtp[0]?.header.sequenceNumber ?? 0;
    from(viewer, viewer.rtcp(nack(1, 1000 * (i + 1), [number])));
    const [first, , again] = viewer.inbox.rtp;
    assert.deepEqual([again?.header.sequenceNumber, again?.payload], [number, first?.payload]);
  }
});

test('it goes again as RTX where that was agreed on', () => {
  const { publisher, subscriber, from } = arena();
  const up = publisher('up', [soundUp()]);
  const rtx = { ...soundDown(1000, { ...opus(100), rtxPayloadType: 101 }), rtxSsrc: 1001 };
  const knows = { ...soundDown(2000, opus(96), { ...red(97, 96), rtxPayloadType: 98 }), rtxSsrc: 2001 };
  for (const [track, payload] of [
    [rtx, 'now'],
    [knows, saidTo(96)],
  ] as const) {
    const down = subscriber(`${track.ssrc}`, [track]);
    from(up, up.rtp(packet(track.ssrc)));
    from(down, down.rtcp(nack(1, track.ssrc, [down.inbox.rtp[0]?.header.sequenceNumber ?? 0])));
    const again = down.inbox.rtp[1];
    assert.deepEqual([again?.header.ssrc, again?.payload.toString('latin1', 2)], [track.ssrc + 1, payload]);
  }
});

test('padding alone reaches everybody, so that numbers stay without a gap', () => {
  const { up, viewers, from, dropped } = scene(knowing(1000), plain(2000));
  from(up, up.rtp(packet(1)), up.rtp({ ...packet(2, ''), paddingSize: 3 }), up.rtp(packet(3)));
  for (const { inbox } of viewers) {
    const [first = 0, ...others] = inbox.rtp.map(({ header }) => header.sequenceNumber);
    assert.deepEqual(
      others.map((number) => (number - first) & 0xffff),
      [1, 2],
    );
    assert.deepEqual(
      inbox.rtp.map(({ header }) => header.paddingSize),
      [0, 3, 0],
    );
  }
  assert.equal(dropped('MalformedRtp'), 0);
});

test('what is no packet with redundancy goes to nobody, and is counted', () => {
  const { up, viewers, from, dropped } = scene(knowing(1000), plain(2000));
  for (const [i, payload] of [
    '',
    said.slice(0, 6),
    said.slice(0, -3),
    redPayload(9, ['a'], 'b').toString('latin1'),
  ].entries())
    from(up, up.rtp(packet(1 + i, payload)));
  assert.deepEqual(viewers.map(heard), [[], []]);
  assert.equal(dropped('MalformedRtp'), 4);
});

test('a publisher that takes over may have other types, or no redundancy', () => {
  const { core, publisher, subscriber, from } = arena();
  const viewers = [subscriber('one', [knowing(1000)]), subscriber('two', [plain(2000)])];
  for (const [id, codecs, payloadType, payload] of [
    ['first', [opus(111), red(63, 111)], 63, redPayload(111, ['a'], 'b')],
    ['second', [opus(10), red(11, 10)], 11, redPayload(10, ['c'], 'd')],
    ['third', [opus(63)], 63, Buffer.from('e')],
  ] as const) {
    const up = publisher(id, [soundUp({ codecs })]);
    from(up, up.rtp({ ssrc: 7, sequence: 1, payloadType, payload }));
    core.removeTransport(id);
  }
  const [one, two] = viewers.map(heard);
  const first = redPayload(96, ['a'], 'b').toString('latin1');
  const second = redPayload(96, ['c'], 'd').toString('latin1');
  assert.deepEqual(one, [
    [97, first],
    [97, second],
    [96, 'e'],
  ]);
  assert.deepEqual(
    two,
    ['b', 'd', 'e'].map((block) => [100, block]),
  );
});
