/** That a viewer sees one unbroken stream, whatever becomes of its source: of each codec, as each cuts and numbers its pictures. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nack } from '#server/media/rtp/rtcp-write.ts';
import { arena } from './arena.ts';
import { type Coded, everyCodec, type Picture, templates } from './coded.ts';
import { type HeaderElement, type Peer, videoDown, videoUp } from './peer.ts';

const upIds = { rid: 2, dependencyDescriptor: 12 };
const downIds = { dependencyDescriptor: 9 };
const [mediaSsrc, rtxSsrc] = [1000, 1001];

/** So many pictures of a source, a key frame first, which are numbered from there. */
const pictures = (count: number, from: Omit<Picture, 'isKey'>): readonly Picture[] =>
  Array.from({ length: count }, (_, i) => ({
    isKey: i === 0,
    tag: from.tag + i,
    number: from.number + i,
    baseLayer: from.baseLayer + i,
    template: from.template,
  }));

/** All of the numbers wrap in it. */
const former = pictures(3, { tag: 10, number: 0xfffe, baseLayer: 254, template: 63 });
const next = pictures(4, { tag: 20, number: 77, baseLayer: 9, template: 20 });
/** The same as whoever has seen the former is to be sent it. */
const nextBehindFormer = pictures(4, {
  ...{ tag: 20, number: 0x10001, baseLayer: 257 },
  template: 63 + templates,
});

const frameTicks = 3000;

/** What a viewer sees of a packet. Numbers and times are counted from the first on. */
interface Seen {
  readonly number: number;
  readonly ticks: number;
  readonly payloadType: number;
  readonly marker: boolean;
  readonly payload: string;
  readonly dependency: string | undefined;
}

/** What it is to see of pictures, each shown at so many ticks. */
const expected = ({ parts }: Coded, shown: readonly (readonly [Picture, ticks: number])[]): Seen[] =>
  shown
    .flatMap(([picture, ticks]) =>
      parts(picture).map(({ payload, dependency }, i, { length }) => ({
        ...{ ticks, payloadType: 120, marker: i === length - 1 },
        ...{ payload: payload.toString('hex'), dependency: dependency?.toString('hex') },
      })),
    )
    .map((packet, number) => ({ number, ...packet }));

const mediaOf = ({ inbox }: Peer) => inbox.rtp.filter(({ header }) => header.ssrc === mediaSsrc);

function seenBy(viewer: Peer): Seen[] {
  const [first] = mediaOf(viewer);
  assert.ok(first !== undefined);
  return mediaOf(viewer).map(({ header, payload }) => ({
    number: (header.sequenceNumber - first.header.sequenceNumber) & 0xffff,
    ticks: (header.timestamp - first.header.timestamp) >>> 0,
    payloadType: header.payloadType,
    marker: header.marker,
    payload: payload.toString('hex'),
    dependency: header.extensions.find(({ id }) => id === downIds.dependencyDescriptor)?.payload.toString('hex'),
  }));
}

/** What RTX has to bring again of a packet (RFC 4588 section 4). */
const asRepaired = ({ header, payload }: Pick<Peer['inbox']['rtp'][number], 'header' | 'payload'>) => ({
  number: header.sequenceNumber,
  timestamp: header.timestamp,
  marker: header.marker,
  extensions: header.extensions,
  payload,
});

/** What a viewer was sent as RTX. */
const repairsOf = ({ inbox }: Peer) =>
  inbox.rtp
    .filter(({ header }) => header.ssrc === rtxSsrc && header.payloadType === 121)
    .map(({ header, payload }) => ({
      ...asRepaired({ header, payload: payload.subarray(2) }),
      number: payload.readUInt16BE(0),
    }));

/** Viewers, and publishers that send pictures as an encoder does: numbers of packets go on, and so do times. */
function stage(coded: Coded) {
  const at = arena();
  const sequences = new Map<number, number>();
  const send = (up: Peer, ssrc: number, picture: Picture, rid?: string) => {
    const list = coded.parts(picture);
    for (const [i, { payload, dependency }] of list.entries()) {
      const sequence = (sequences.get(ssrc) ?? 65_533) + 1;
      sequences.set(ssrc, sequence);
      const extensions: HeaderElement[] = [
        ...(rid === undefined ? [] : [{ id: upIds.rid, value: rid }]),
        ...(dependency === undefined ? [] : [{ id: upIds.dependencyDescriptor, value: dependency }]),
      ];
      const timestamp = frameTicks * picture.tag;
      const marker = i === list.length - 1;
      at.from(up, up.rtp({ ssrc, sequence: sequence & 0xffff, timestamp, marker, payload, extensions }));
    }
  };
  return {
    ...at,
    send,
    viewer: (id: string) =>
      at.subscriber(id, [videoDown(mediaSsrc, { codecs: [coded.codec(120, 121)], rtxSsrc, extensions: downIds })]),
    streamer: (id: string, rids?: readonly string[]) =>
      at.publisher(id, [videoUp({ codecs: [coded.codec(96)], extensions: upIds, ...(rids && { rids }) })]),
  };
}

const [nextKey, ...nextDeltas] = next as [Picture, ...Picture[]];
const formerShown = former.map((picture, i) => [picture, frameTicks * i] as const);
const behind = (ticks: number) => nextBehindFormer.map((picture, i) => [picture, ticks + frameTicks * i] as const);

/** Two viewers, one of whom came after the first publisher had been replaced; the second one begins with what nobody can use. */
function replaced(coded: Coded) {
  const at = stage(coded);
  const early = at.viewer('early');
  const first = at.streamer('first');
  for (const picture of former) at.send(first, 7, picture);
  at.core.removeTransport('first');
  at.pass(100);
  const second = at.streamer('second');
  const late = at.viewer('late');
  at.send(second, 8, { ...nextKey, isKey: false });
  for (const picture of next) at.send(second, 8, picture);
  return { ...at, early, late };
}

for (const coded of everyCodec) {
  test(`${coded.what} goes on by the key frame of another publisher, and all of it is sent again as it was`, () => {
    const { early, late, from } = replaced(coded);
    const pauseTicks = 100 * 90;
    const all = [...formerShown, ...behind(frameTicks * (former.length - 1) + pauseTicks)];
    assert.deepEqual(seenBy(early), expected(coded, all));
    const untouched = next.map((picture, i) => [picture, frameTicks * i] as const);
    assert.deepEqual(seenBy(late), expected(coded, untouched), 'whoever saw nothing before gets them as they are');
    const sent = mediaOf(early);
    from(
      early,
      early.rtcp(
        nack(
          1,
          mediaSsrc,
          sent.map(({ header }) => header.sequenceNumber),
        ),
      ),
    );
    assert.deepEqual(repairsOf(early), sent.map(asRepaired));
  });

  test(`${coded.what} goes on by the key frame of another encoding`, () => {
    const { core, pass, send, streamer, viewer } = stage(coded);
    const up = streamer('up', ['l', 'h']);
    const down = viewer('down');
    const [firstPicture, ...rest] = former as [Picture, ...Picture[]];
    const undecodable = { ...nextKey, isKey: false };
    send(up, 7, firstPicture, 'l');
    send(up, 8, undecodable, 'h');
    core.chooseLayer('down', '0', 'h');
    pass(500);
    for (const picture of rest) {
      send(up, 8, undecodable, 'h');
      send(up, 7, picture, 'l');
    }
    send(up, 8, nextKey, 'h');
    for (const picture of nextDeltas) {
      send(up, 7, { ...picture, tag: 99 }, 'l');
      send(up, 8, picture, 'h');
    }
    assert.deepEqual(seenBy(down), expected(coded, [...formerShown, ...behind(frameTicks * (former.length - 1) + 1)]));
  });
}
