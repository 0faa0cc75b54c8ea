import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noCounters } from '#server/media/counts.ts';
import { srtpProfile } from '#server/media/plane.ts';
import { arena } from './arena.ts';
import { deltaFrame, keyFrame, opus, type Peer, videoDown, videoUp, vp8 } from './peer.ts';

const sequences = ({ inbox }: Peer) => inbox.rtp.map(({ header }) => header.sequenceNumber);
const asked = ({ inbox }: Peer) => inbox.rtcp.filter(({ type }) => type === 'KeyFrameRequest').length;

for (const [name, profile] of Object.entries(srtpProfile))
  test(`${name}: a subscriber gets the payload, marker and padding under its own SSRC, type and MID`, () => {
    const { publisher, subscriber, from } = arena();
    const up = publisher('up', [videoUp({ extensions: { mid: 9 } })], profile);
    const down = subscriber('down', [videoDown(1000, { mid: 'v', extensions: { mid: 4 } })], profile);
    const payload = Buffer.concat([keyFrame, Buffer.from('picture')]);
    const extension = { id: 9, value: '0' };
    from(up, up.rtp({ ssrc: 7, sequence: 50, timestamp: 9000, marker: true, payload, extension }));
    const [packet] = down.inbox.rtp;
    assert.ok(packet !== undefined);
    assert.deepEqual(packet.payload, payload);
    assert.equal(packet.header.marker, true);
    assert.equal(packet.header.ssrc, 1000);
    assert.equal(packet.header.payloadType, 120);
    assert.deepEqual(
      packet.header.extensions.filter(({ id }) => id !== 0),
      [{ id: 4, payload: Buffer.from('v') }],
    );
  });

test('numbers and timestamps keep their distances, so a gap stays a gap', () => {
  const { publisher, subscriber, from } = arena();
  const [up, down] = [publisher('up'), subscriber('down')];
  for (const [i, sequence] of [65534, 65535, 2, 1].entries())
    from(up, up.rtp({ ssrc: 7, sequence, timestamp: (0xffffff00 + i * 3000) >>> 0 }));
  const [first = 0, ...rest] = sequences(down);
  assert.deepEqual(
    rest.map((sequence) => (sequence - first) & 0xffff),
    [1, 4, 3],
  );
  const times = down.inbox.rtp.map(({ header }) => header.timestamp);
  assert.deepEqual(
    times.map((time) => (time - (times[0] ?? 0)) >>> 0),
    [0, 3000, 6000, 9000],
  );
});

test('each subscriber has numbers of its own', () => {
  const { publisher, subscriber, from } = arena();
  const up = publisher('up');
  const [one, two] = [subscriber('one'), subscriber('two')];
  from(up, up.rtp({ ssrc: 7, sequence: 50 }));
  assert.notDeepEqual(sequences(one), sequences(two));
  assert.notEqual(one.inbox.rtp[0]?.header.timestamp, two.inbox.rtp[0]?.header.timestamp);
});

test('video begins with a key frame, which is asked for until it comes, twice a second at most', () => {
  const { publisher, subscriber, from, pass } = arena();
  const up = publisher('up');
  from(up, up.rtp({ ssrc: 7, sequence: 1, payload: deltaFrame }));
  const before = asked(up);
  pass(1000);
  const down = subscriber('down');
  assert.equal(asked(up), before + 1, 'at once');
  for (let i = 0; i < 10; i++) {
    from(up, up.rtp({ ssrc: 7, sequence: 2 + i, payload: deltaFrame }));
    pass(100);
  }
  assert.ok(asked(up) >= before + 2 && asked(up) <= before + 3);
  assert.deepEqual(down.inbox.rtp, []);
  from(
    up,
    up.rtp({ ssrc: 7, sequence: 12, payload: keyFrame }),
    up.rtp({ ssrc: 7, sequence: 13, payload: deltaFrame }),
  );
  assert.equal(down.inbox.rtp.length, 2);
  const enough = asked(up);
  pass(2000);
  assert.equal(asked(up), enough);
});

test('many subscribers at once cost one key frame request', () => {
  const { publisher, subscriber, from, pass } = arena();
  const up = publisher('up');
  from(up, up.rtp({ ssrc: 7, sequence: 1 }));
  pass(1000);
  const before = asked(up);
  for (let i = 0; i < 20; i++) subscriber(`down ${i}`);
  assert.equal(asked(up), before + 1);
});

test('a subscriber that connects before its keys are known asks when they are', () => {
  const { core, publisher, stranger, from, pass } = arena();
  const up = publisher('up');
  from(up, up.rtp({ ssrc: 7, sequence: 1 }));
  pass(1000);
  const before = asked(up);
  const down = stranger('down');
  core.subscribe('down', 'room', [videoDown(1000)]);
  from(down, down.check());
  assert.equal(asked(up), before);
  core.setKeys('down', down.keys);
  assert.equal(asked(up), before + 1);
});

test('packets from before the key frame that come late are not sent', () => {
  const { publisher, subscriber, from } = arena();
  const [up, down] = [publisher('up'), subscriber('down')];
  from(up, up.rtp({ ssrc: 7, sequence: 10 }), up.rtp({ ssrc: 7, sequence: 9 }), up.rtp({ ssrc: 7, sequence: 11 }));
  assert.equal(down.inbox.rtp.length, 2);
});

test('audio begins at once', () => {
  const { publisher, subscriber, from } = arena();
  const up = publisher('up', [videoUp({ kind: 'audio', codecs: [opus(111)] })]);
  const down = subscriber('down', [videoDown(1000, { kind: 'audio', codecs: [opus(63)] })]);
  from(up, up.rtp({ ssrc: 7, sequence: 1, payloadType: 111 }));
  assert.equal(down.inbox.rtp[0]?.header.payloadType, 63);
});

test('a subscriber without the publisher’s codec gets nothing, and it is counted', () => {
  const { publisher, subscriber, from, counters } = arena();
  const [up, down] = [publisher('up'), subscriber('down', [videoDown(1000, { codecs: [opus(96)] })])];
  from(up, up.rtp({ ssrc: 7, sequence: 1 }), up.rtp({ ssrc: 7, sequence: 2 }));
  assert.deepEqual(down.inbox.rtp, []);
  assert.equal(counters().withheld.NoCodec.packets, 2);
  assert.equal(counters().sentPackets, 0);
});

test('a publisher that comes back goes on in the subscriber’s stream, from its key frame', () => {
  const { core, publisher, subscriber, from, pass } = arena();
  const [up, down] = [publisher('up'), subscriber('down')];
  from(up, up.rtp({ ssrc: 7, sequence: 100, timestamp: 1000 }), up.rtp({ ssrc: 7, sequence: 101, timestamp: 4000 }));
  core.removeTransport('up');
  pass(2000);
  const again = publisher('again', [videoUp({ codecs: [vp8(97)] })]);
  from(again, again.rtp({ ssrc: 8, sequence: 5, timestamp: 77, payloadType: 97, payload: deltaFrame }));
  from(again, again.rtp({ ssrc: 8, sequence: 6, timestamp: 3077, payloadType: 97 }));
  const [, second, third] = down.inbox.rtp;
  assert.equal(down.inbox.rtp.length, 3);
  assert.equal(third?.header.sequenceNumber, ((second?.header.sequenceNumber ?? 0) + 1) & 0xffff);
  assert.equal(((third?.header.timestamp ?? 0) - (second?.header.timestamp ?? 0)) >>> 0, 2 * 90_000);
  assert.equal(third?.header.ssrc, 1000);
  assert.equal(third?.header.payloadType, 120);
});

test('an encoder that starts over with another SSRC is followed once the first has fallen silent', () => {
  const { publisher, subscriber, from, pass, dropped } = arena();
  const [up, down] = [publisher('up'), subscriber('down')];
  from(up, up.rtp({ ssrc: 7, sequence: 100 }), up.rtp({ ssrc: 8, sequence: 1 }));
  assert.equal(down.inbox.rtp.length, 1);
  assert.equal(dropped('UnknownSsrc'), 1);
  pass(1100);
  from(up, up.rtp({ ssrc: 8, sequence: 2 }));
  const [first, second] = sequences(down);
  assert.equal(second, ((first ?? 0) + 1) & 0xffff);
});

test('tracks are told apart by SSRC, by MID, by payload type', () => {
  const audio = videoUp({ kind: 'audio', mid: 'a', extensions: { mid: 3 }, codecs: [opus(111)] });
  const tracks = [videoDown(1000), videoDown(2000, { kind: 'audio', codecs: [opus(111)] })];
  const kinds = (up: Parameters<Peer['rtp']>[0], video = videoUp()) => {
    const { publisher, subscriber, from } = arena();
    const [sender, down] = [publisher('up', [video, audio]), subscriber('down', tracks)];
    from(sender, sender.rtp(up));
    return down.inbox.rtp.map(({ header }) => (header.ssrc === 1000 ? 'video' : 'audio'));
  };
  assert.deepEqual(kinds({ ssrc: 5, sequence: 1 }), ['video']);
  assert.deepEqual(kinds({ ssrc: 5, sequence: 1, payloadType: 111 }), ['audio']);
  const mid = { id: 3, value: 'a' };
  const sameTypes = videoUp({ codecs: [vp8(96), vp8(111)] });
  assert.deepEqual(kinds({ ssrc: 5, sequence: 1, payloadType: 111, extension: mid }, sameTypes), ['audio']);
  assert.deepEqual(kinds({ ssrc: 5, sequence: 1, payloadType: 111 }, videoUp({ ...sameTypes, ssrc: 5 })), ['video']);
  assert.deepEqual(kinds({ ssrc: 5, sequence: 1, payloadType: 111 }, sameTypes), []);
});

test('what is not the publisher’s media is dropped and counted: other types, replays, forgeries, media of subscribers', () => {
  const { publisher, subscriber, from, dropped, stranger } = arena();
  const [up, down] = [publisher('up'), subscriber('down')];
  const packet = up.rtp({ ssrc: 7, sequence: 1 });
  from(up, packet, packet, up.rtp({ ssrc: 7, sequence: 2, payloadType: 50 }));
  const forged = up.rtp({ ssrc: 7, sequence: 3 });
  forged.writeUInt8(forged.readUInt8(13) ^ 1, 13);
  from(up, forged, Buffer.alloc(11, 0x80), Buffer.alloc(20, 0x80));
  from(down, down.rtp({ ssrc: 9, sequence: 1 }));
  const keyless = stranger('keyless');
  from(keyless, keyless.check(), keyless.rtp({ ssrc: 1, sequence: 1 }), Buffer.from('80c90001cafebabe', 'hex'));
  assert.equal(dropped('Replayed'), 1);
  assert.equal(dropped('UnknownPayloadType'), 1);
  assert.equal(dropped('Forged'), 1);
  assert.equal(dropped('MalformedRtp'), 2);
  assert.equal(dropped('UnknownSsrc'), 1);
  assert.equal(dropped('NoKeys'), 2);
  assert.equal(down.inbox.rtp.length, 1);
});

test('counters tell what came, what went and how long ago', () => {
  const { core, publisher, subscriber, from, counters, pass, events } = arena();
  const up = publisher('up');
  subscriber('one');
  subscriber('two');
  assert.equal(core.snapshot().silentForMs['up'], -1);
  const datagram = up.rtp({ ssrc: 7, sequence: 1, payload: Buffer.concat([keyFrame, Buffer.alloc(98)]) });
  from(up, datagram);
  pass(300);
  assert.deepEqual(counters(), {
    ...noCounters(),
    receivedPackets: 1,
    receivedBytes: datagram.length,
    sentPackets: 2,
    sentBytes: 2 * (12 + 100 + 16),
  });
  assert.equal(core.snapshot().silentForMs['up'], 300);
  assert.equal(events.filter((event) => event === 'media up').length, 1);
});

test('a room is forgotten when nobody is left in it, and not before', () => {
  const { core, publisher, subscriber } = arena();
  publisher('up');
  subscriber('down');
  core.removeRoom('room');
  core.removeTransport('up');
  core.removeRoom('room');
  assert.deepEqual(Object.keys(core.snapshot().rooms), ['room']);
  core.removeTransport('down');
  core.removeRoom('room');
  assert.deepEqual(core.snapshot().rooms, {});
});

test('a room is kept for a viewer that has no keys yet, who is sent what is published then', () => {
  const { core, publisher, stranger, from } = arena();
  const down = stranger('down');
  core.subscribe('down', 'room', [videoDown(1000)]);
  core.removeRoom('room');
  from(down, down.check());
  core.setKeys('down', down.keys);
  const up = publisher('up');
  from(up, up.rtp({ ssrc: 7, sequence: 1 }));
  assert.equal(down.inbox.rtp.length, 1);
});
