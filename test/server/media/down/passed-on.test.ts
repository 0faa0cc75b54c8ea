import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dependencyReader } from '#server/media/frame/dependency-descriptor.ts';
import { type ExtensionIds, srtpProfile } from '#server/media/plane.ts';
import { nack } from '#server/media/rtp/rtcp-write.ts';
import { arena } from '../arena.ts';
import { layered } from '../frame/descriptor-corpus.ts';
import { descriptor } from '../frame/descriptors.ts';
import { deltaFrame, keyFrame, opus, type Peer, type Rtp, videoDown, videoUp, vp8 } from '../peer.ts';

const upIds = { playoutDelay: 5, dependencyDescriptor: 12 };
const viewer = (ssrc: number, extensions: ExtensionIds) =>
  videoDown(ssrc, { rtxSsrc: ssrc + 1, codecs: [vp8(120, 121)], mid: 'v', extensions });
const all = { mid: 4, transportWide: 3, playoutDelay: 7, dependencyDescriptor: 9 };

/** Of each packet that a peer was sent: its extensions by id. */
const extensionsOf = ({ inbox }: Peer) =>
  inbox.rtp.map(({ header }) =>
    Object.fromEntries(
      header.extensions.filter(({ id }) => id !== 0).map(({ id, payload }) => [id, payload.toString('hex')]),
    ),
  );

const delay = (value: string) => ({ id: upIds.playoutDelay, value: Buffer.from(value, 'hex') });
const frame = (of: Parameters<typeof descriptor>[0]) => ({ id: upIds.dependencyDescriptor, value: descriptor(of) });
const mid = Buffer.from('v').toString('hex');

test('a delay that a publisher asks for reaches the viewers that offered it, under their own ids', () => {
  const { publisher, subscriber, from } = arena();
  const up = publisher('up', [videoUp({ extensions: upIds })]);
  const downs = [all, { playoutDelay: 20 }, { mid: 4 }].map((ids, i) =>
    subscriber(`${i}`, [viewer(1000 + 2 * i, ids)]),
  );
  from(up, up.rtp({ ssrc: 7, sequence: 1, extensions: [delay('00a00b')] }), up.rtp({ ssrc: 7, sequence: 2 }));
  assert.deepEqual(downs.map(extensionsOf), [
    [
      { 4: mid, 3: '0000', 7: '00a00b' },
      { 4: mid, 3: '0001' },
    ],
    [{ 20: '00a00b' }, {}],
    [{ 4: mid }, { 4: mid }],
  ]);
});

test('the level of sound goes along, with redundancy and without', () => {
  const { publisher, subscriber, from } = arena();
  const codecs = [opus(111), { name: 'audio/red', payloadType: 63, blockType: 111, clockRate: 48_000 }];
  const sound = { kind: 'audio', nack: false } as const;
  const up = publisher('up', [videoUp({ ...sound, codecs, extensions: { audioLevel: 1 } })]);
  const downs = [codecs, [opus(100)]].map((list, i) =>
    subscriber(`${i}`, [videoDown(1000 + i, { ...sound, codecs: list, extensions: { audioLevel: 14 } })]),
  );
  const extensions = [{ id: 1, value: Buffer.of(0x8a) }];
  from(up, up.rtp({ ssrc: 7, sequence: 1, payloadType: 63, payload: Buffer.of(111, 1), extensions }));
  assert.deepEqual(downs.map(extensionsOf), [[{ 14: '8a' }], [{ 14: '8a' }]]);
});

for (const [name, profile] of Object.entries(srtpProfile))
  test(`${name}: a descriptor that is longer than 16 bytes goes in elements with a head of two bytes, others do not`, () => {
    const { publisher, subscriber, from, pass } = arena();
    const up = publisher('up', [videoUp({ extensions: upIds })], profile);
    const down = subscriber('down', [viewer(1000, all)], profile);
    pass(1000);
    const [first, second] = [frame({ template: 60, frame: 1, structure: layered }), frame({ template: 62, frame: 2 })];
    assert.ok(first.value.length > 16);
    from(up, up.rtp({ ssrc: 7, sequence: 1, extensions: [first, delay('000000')] }));
    from(up, up.rtp({ ssrc: 7, sequence: 2, payload: deltaFrame, extensions: [second] }));
    from(up, up.rtp({ ssrc: 7, sequence: 3, payload: deltaFrame }));
    assert.deepEqual(
      down.inbox.rtp.map(({ header }) => header.extensionProfile),
      [0x1000, 0xbede, 0xbede],
    );
    assert.deepEqual(extensionsOf(down), [
      { 4: mid, 3: '0000', 7: '000000', 9: first.value.toString('hex') },
      { 4: mid, 3: '0001', 9: second.value.toString('hex') },
      { 4: mid, 3: '0002' },
    ]);
    assert.deepEqual(
      down.inbox.rtp.map(({ payload }) => payload),
      [keyFrame, deltaFrame, deltaFrame],
    );
  });

test('what is sent again brings all of it again, as RTX and as it was', () => {
  const { publisher, subscriber, from } = arena();
  const up = publisher('up', [videoUp({ extensions: upIds })]);
  const plain = videoDown(3000, { extensions: { mid: 4, dependencyDescriptor: 9 }, mid: 'v' });
  const extensions = [frame({ template: 60, frame: 1, structure: layered })];
  for (const track of [viewer(1000, all), plain]) {
    const down = subscriber(`${track.ssrc}`, [track]);
    from(up, up.rtp({ ssrc: 7, sequence: track.ssrc, extensions }), up.rtp({ ssrc: 7, sequence: track.ssrc + 1 }));
    const number = down.inbox.rtp[0]?.header.sequenceNumber ?? 0;
    from(down, down.rtcp(nack(1, track.ssrc, [number])));
    const [first, , again] = down.inbox.rtp;
    assert.equal(again?.header.ssrc, track.rtxSsrc ?? track.ssrc);
    assert.deepEqual(again?.header.extensions.at(-1)?.payload, first?.header.extensions.at(-1)?.payload);
    const [firstIds, , ids] = extensionsOf(down);
    assert.deepEqual(Object.keys(ids ?? {}), Object.keys(firstIds ?? {}));
  }
});

/** What the descriptors say that a viewer got, read as a browser would: with the structure that came last. */
function framesOf({ inbox }: Peer) {
  const reader = dependencyReader();
  return inbox.rtp.map(({ header }) => {
    const value = header.extensions.find(({ id }) => id === all.dependencyDescriptor)?.payload;
    assert.ok(value !== undefined);
    const { frameNumber = -1, templateId = -1, temporalId = -1 } = reader.read(value, 0, value.length) ?? {};
    return [frameNumber, templateId, temporalId];
  });
}

test('frames are counted on where another publisher takes over, and its templates are not those of the first', () => {
  const { core, publisher, subscriber, from } = arena();
  const down = subscriber('down', [viewer(1000, all)]);
  const send = (id: string, firstFrame: number, firstTemplate: number) => {
    const up = publisher(id, [videoUp({ extensions: upIds })]);
    const structure = { ...layered, firstTemplate };
    const last = (firstTemplate + 2) % 64;
    from(
      up,
      up.rtp({ ssrc: 7, sequence: 1, extensions: [frame({ template: firstTemplate, frame: firstFrame, structure })] }),
      up.rtp({
        ssrc: 7,
        sequence: 2,
        payload: deltaFrame,
        extensions: [frame({ template: last, frame: (firstFrame + 1) % 65_536 })],
      }),
    );
    core.removeTransport(id);
  };
  send('first', 65_534, 60);
  send('second', 20, 60);
  send('third', 500, 0);
  // Five templates each.
  assert.deepEqual(framesOf(down), [
    [65_534, 60, 0],
    [65_535, 62, 1],
    [0, 1, 0],
    [1, 3, 1],
    [2, 6, 0],
    [3, 8, 1],
  ]);
});

test('they are counted on from one encoding of a publisher to another, and a late packet of the former keeps its numbers', () => {
  const { core, publisher, subscriber, from, pass } = arena();
  const ids = { rid: 1, ...upIds };
  const up = publisher('up', [videoUp({ rids: ['l', 'h'], extensions: ids, codecs: [vp8(96, 97)] })]);
  const down = subscriber('down', [viewer(1000, all)]);
  const send = (ssrc: number, sequence: number, of: Parameters<typeof descriptor>[0]) => {
    const rid = { id: ids.rid, value: ssrc === 7 ? 'l' : 'h' };
    const payload = of.structure === undefined ? deltaFrame : keyFrame;
    from(up, up.rtp({ ssrc, sequence, timestamp: 3000 * sequence, payload, extensions: [rid, frame(of)] }));
  };
  send(7, 1, { template: 60, frame: 10, structure: layered });
  send(7, 3, { template: 61, frame: 12 });
  const former = down.inbox.rtp[0]?.header.sequenceNumber ?? 0;
  pass(500);
  core.chooseLayer('down', 'v', 'h');
  send(8, 1, { template: 60, frame: 1000, structure: layered });
  pass(500);
  send(8, 2, { template: 60, frame: 1001, structure: layered });
  send(8, 3, { template: 64 - 2, frame: 1002 });
  from(up, up.rtp(late(7)));
  from(down, down.rtcp(nack(1, 1000, [former])));
  const media = down.inbox.rtp.filter(({ header }) => header.ssrc === 1000).length;
  const frames = framesOf(down);
  assert.deepEqual(frames.slice(0, 2), [
    [10, 60, 0],
    [12, 61, 0],
  ]);
  assert.deepEqual(frames.slice(2, media), [
    [13, 1, 0],
    [14, 3, 1],
  ]);
  assert.deepEqual(frames[media]?.slice(0, 2), [10, 60], 'sent again as it was');
});

const late = (ssrc: number): Rtp => ({
  ...{ ssrc, sequence: 2, timestamp: 6000, payload: deltaFrame },
  extensions: [{ id: 1, value: 'l' }, frame({ template: 61, frame: 11 })],
});
