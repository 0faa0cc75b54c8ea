/** What a viewer begins with, where the first packets of a key frame come late, are sent again, or never come. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nack } from '#server/media/rtp/rtcp-write.ts';
import { arena } from '../arena.ts';
import { everyCodec } from '../coded.ts';
import { plain, sequenceParameters, slice, stapA } from '../frame/nal-units.ts';
import { type Peer, videoDown, videoUp, vp8 } from '../peer.ts';

const h264 = (payloadType: number, rtxPayloadType?: number) => ({
  ...vp8(payloadType, rtxPayloadType),
  name: 'video/h264;42e01f;1',
});
const sequenceSet = sequenceParameters(plain);
const pictureSet = Buffer.of(0x68, 0xce, 0x0f, 0xc8);
const sets = stapA(sequenceSet, pictureSet);
const delimiter = Buffer.of(0x09, 0x10);
const idr = slice(0, 7, 0x65);
const delta = slice(0, 5);

const [ssrc, rid] = [7, 5];

/** A packet by its number, with what it carries and the picture that it is of. */
type Packet = readonly [sequence: number, payload: Buffer, picture?: number];

function stage(...viewers: readonly string[]) {
  const at = arena();
  const publisher = (id: string, rids?: readonly string[]) =>
    at.publisher(id, [videoUp({ codecs: [h264(96, 97)], extensions: { rid }, ...(rids && { rids }) })]);
  const subscriber = (id: string) => at.subscriber(id, [videoDown(1000, { codecs: [h264(120)] })]);
  let up = publisher('up');
  const downs = viewers.map(subscriber);
  const [down] = downs;
  return {
    ...at,
    down: down as Peer,
    subscriber,
    publisher,
    send(...packets: readonly Packet[]) {
      for (const [sequence, payload, picture = sequence] of packets)
        at.from(up, up.rtp({ ssrc, sequence, timestamp: 3000 * picture, payload }));
    },
    /** By a stream of its own (RFC 4588). */
    sendAgain([sequence, payload, picture = sequence]: Packet) {
      const number = Buffer.alloc(2);
      number.writeUInt16BE(sequence);
      const timestamp = 3000 * picture;
      at.from(
        up,
        up.rtp({ ssrc: 70, sequence, timestamp, payloadType: 97, payload: Buffer.concat([number, payload]) }),
      );
    },
    keyFramesAsked: () => up.inbox.rtcp.filter(({ type }) => type === 'KeyFrameRequest').length,
    takeOver() {
      at.core.removeTransport('up');
      up = publisher('another');
    },
  };
}

const payloads = ({ inbox }: Peer) => inbox.rtp.map(({ payload }) => payload);

test('parameter sets that their picture overtook are what a viewer begins with, and the picture is there to be asked for', () => {
  const { down, send, from } = stage('down');
  send([10, delta], [12, idr], [11, sets, 12], [13, delta]);
  assert.deepEqual(payloads(down), [sets, delta]);
  const [first = 0, last] = down.inbox.rtp.map(({ header }) => header.sequenceNumber);
  assert.equal(last, (first + 2) & 0xffff);
  from(down, down.rtcp(nack(1, 1000, [(first + 1) & 0xffff])));
  assert.deepEqual(payloads(down), [sets, delta, idr]);
});

test('so are those that were lost and are sent again', () => {
  const { down, send, sendAgain, pass } = stage('down');
  send([10, delta], [12, idr]);
  pass(60);
  assert.deepEqual(payloads(down), []);
  sendAgain([11, sets, 12]);
  send([13, delta]);
  assert.deepEqual(payloads(down), [sets, delta]);
});

test('without them a viewer waits for the next key frame, which is asked for', () => {
  const { down, send, pass, keyFramesAsked } = stage('down');
  send([10, delta], [12, idr]);
  const before = keyFramesAsked();
  pass(600);
  assert.equal(keyFramesAsked(), before + 1);
  send([13, delta], [14, sets, 15], [15, idr], [16, delta]);
  assert.deepEqual(payloads(down), [sets, idr, delta]);
});

test('each in a packet of its own, the first of which is lost: nothing is begun behind it', () => {
  const { down, send, sendAgain } = stage('down');
  send([10, delta], [12, pictureSet, 13], [13, idr]);
  assert.deepEqual(payloads(down), []);
  sendAgain([11, sequenceSet, 13]);
  assert.deepEqual(payloads(down), [sequenceSet]);
});

test('an encoder that does not repeat them is begun with at a picture before which nothing is missing', () => {
  const { down, send } = stage('down');
  send([10, delta], [11, delimiter, 12], [12, idr], [13, delta]);
  assert.deepEqual(payloads(down), [idr, delta]);
});

test('who comes behind the sets of a picture waits for the next ones', () => {
  const { send, subscriber } = stage();
  send([10, delta], [11, sets, 12]);
  const late = subscriber('late');
  send([12, idr], [13, delta], [14, sets, 15], [15, idr]);
  assert.deepEqual(payloads(late), [sets, idr]);
});

test('who is sent the stream already is sent its packets as they come', () => {
  const { down, send } = stage('down');
  send([10, sets, 11], [11, idr], [13, idr], [12, sets, 13]);
  assert.deepEqual(payloads(down), [sets, idr, idr, sets]);
});

test('another publisher takes over with its sets, not with the picture that overtook them, and is asked for others at once', () => {
  const { down, send, takeOver, keyFramesAsked } = stage('down');
  send([10, sets, 11], [11, idr]);
  takeOver();
  send([502, idr]);
  assert.equal(keyFramesAsked(), 1);
  send([501, sets, 502], [503, delta]);
  assert.deepEqual(payloads(down).slice(2), [sets, delta]);
});

test('another encoding is changed to with its sets, too, and the former goes on until then', () => {
  const at = stage();
  const up = at.publisher('of two sizes', ['l', 'h']);
  const down = at.subscriber('down');
  const send = (name: string, sequence: number, payload: Buffer, picture = sequence) => {
    const extension = { id: rid, value: name };
    at.from(up, up.rtp({ ssrc: name === 'l' ? 7 : 8, sequence, timestamp: 3000 * picture, payload, extension }));
  };
  send('l', 1, sets, 2);
  send('l', 2, idr);
  send('h', 10, delta);
  at.core.chooseLayer('down', '0', 'h');
  at.pass(500);
  send('h', 12, idr);
  send('l', 3, delta);
  assert.deepEqual(payloads(down), [sets, idr, delta]);
  send('h', 11, sets, 12);
  send('l', 4, delta);
  assert.deepEqual(payloads(down), [sets, idr, delta, sets]);
});

for (const { what, codec, parts } of everyCodec)
  test(`${what}: a viewer begins with the first packet of a key frame, however late that comes`, () => {
    const { publisher, subscriber, from } = arena();
    const up = publisher('up', [videoUp({ codecs: [codec(96)], extensions: { dependencyDescriptor: 12 } })]);
    const down = subscriber('down', [videoDown(1000, { codecs: [codec(120)] })]);
    const packets = [false, true].flatMap((isKey, picture) =>
      parts({ isKey, tag: picture, number: picture, baseLayer: picture, template: 0 }).map(
        ({ payload, dependency }, part) => ({
          ...{ payload, timestamp: 3000 * picture, isFirst: isKey && part === 0 },
          extensions: dependency === undefined ? [] : [{ id: 12, value: dependency }],
        }),
      ),
    );
    const numbered = packets.map((packet, i) => ({ ...packet, ssrc, sequence: 100 + i }));
    for (const packet of numbered) if (!packet.isFirst) from(up, up.rtp(packet));
    assert.deepEqual(payloads(down), []);
    const first = numbered.find(({ isFirst }) => isFirst);
    assert.ok(first !== undefined);
    from(up, up.rtp(first));
    assert.deepEqual(payloads(down), [first.payload]);
  });
