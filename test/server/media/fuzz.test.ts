import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dropReasons, srtpProfile } from '#server/media/plane.ts';
import { nack, pictureLoss, receiverReport } from '#server/media/rtp/rtcp-write.ts';
import { freshSeed, randomBytes, seeded } from '#test/harness/seeded.ts';
import { arena } from './arena.ts';
import { type Peer, videoDown, videoUp, vp8 } from './peer.ts';

const rounds = 20_000;

/** Flips, cuts, extends or overwrites a datagram; a few times nothing, which makes a replay. */
function mutated(random: () => number, datagram: Buffer): Buffer {
  const bytes = Buffer.from(datagram);
  const at = Math.floor(random() * bytes.length);
  switch (Math.floor(random() * 5)) {
    case 0:
      bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8));
      return bytes;
    case 1:
      return bytes.subarray(0, at);
    case 2:
      return Buffer.concat([bytes, randomBytes(random, 1 + Math.floor(random() * 20))]);
    case 3:
      randomBytes(random, Math.min(4, bytes.length - at)).copy(bytes, at);
      return bytes;
    default:
      return bytes;
  }
}

/** Bytes of no meaning, some beginning like what they are not. */
function garbage(random: () => number): Buffer {
  const bytes = randomBytes(random, Math.floor(random() ** 2 * 200));
  const beginnings = ['0001', '16feff', '8060', '80c8', '81c9', 'b0e0'];
  Buffer.from(beginnings[Math.floor(random() * beginnings.length)] ?? '', 'hex').copy(bytes);
  return bytes;
}

for (const [name, profile] of Object.entries(srtpProfile))
  test(`${name}: ${rounds} garbled datagrams do no harm and each is accounted for`, (t) => {
    const seed = freshSeed();
    t.diagnostic(`SEED=${seed}`);
    const random = seeded(seed);
    const { core, publisher, subscriber, stranger, from, pass } = arena(seed);
    const up = publisher('up', [videoUp({ extensions: { mid: 3 }, codecs: [vp8(96, 97)] })], profile);
    const down = subscriber('down', [videoDown(1000, { rtxSsrc: 1001, codecs: [vp8(120, 121)] })], profile);
    const keyless = stranger('keyless', profile);
    from(keyless, keyless.check());
    const everybody = [up, down, keyless];
    let sequence = 0;
    const genuine = (who: Peer): Buffer => {
      const kind = Math.floor(random() * 4);
      if (kind === 0) return who.check();
      if (kind === 1) return who.rtcp(Buffer.concat([receiverReport(1, []), pictureLoss(1, 1000)]));
      if (kind === 2) return who.rtcp(nack(1, 1000, [Math.floor(random() * 65536)]));
      return who.rtp({ ssrc: 7, sequence: ++sequence & 0xffff, extension: { id: 3, value: '0' } });
    };
    let sent = 0;
    for (let i = 0; i < rounds; i++) {
      const who = everybody[Math.floor(random() * everybody.length)] ?? up;
      const datagram = random() < 0.3 ? garbage(random) : mutated(random, genuine(who));
      const endpoint = random() < 0.1 ? { address: '127.0.0.7', port: Math.floor(random() * 65536) } : who.endpoint;
      assert.doesNotThrow(
        () => core.receive(datagram, endpoint),
        `SEED=${seed}, round ${i}, ${datagram.toString('hex')}`,
      );
      sent += 1;
      if (i % 500 === 0) {
        pass(100);
        for (const peer of everybody) from(peer, peer.check());
      }
    }
    const { dropped, transports } = core.snapshot();
    const total = dropReasons.reduce((sum, reason) => sum + dropped[reason], 0);
    assert.equal(transports, 3);
    assert.ok(total > rounds / 3 && total < sent, `${total} of ${sent} dropped`);
    // Copies of genuine checks from elsewhere may have moved the peers.
    for (const peer of everybody) from(peer, peer.check());
    const before = down.inbox.rtp.length;
    from(up, up.rtp({ ssrc: 7, sequence: (sequence + 1) & 0xffff }));
    assert.equal(down.inbox.rtp.length, before + 1, `SEED=${seed}: media still flows`);
  });

/** VP8's descriptor in one of its forms, and the first byte of a key frame or of another. */
function picture(random: () => number): Buffer {
  const frame = random() < 0.2 ? 0x50 : 0x51;
  const id = Math.floor(random() * 0x8000);
  const forms = [[0x10], [0x90, 0x80, id & 0x7f], [0x90, 0x80, 0x80 | (id >>> 8), id], [0x90, 0xc0, id & 0x7f, id]];
  return Buffer.from([...(forms[Math.floor(random() * forms.length)] ?? []), frame]);
}

for (const [egress, where] of [
  [0, ''],
  [1, ', by another thread'],
] as const)
  test(`whatever a client sends under its own keys, no index is ever sealed over two different packets${where}`, (t) => {
    const seed = freshSeed();
    t.diagnostic(`SEED=${seed}`);
    const random = seeded(seed);
    const { core, publisher, subscriber, from, pass } = arena(seed, { egress });
    const tracks = [videoUp({ codecs: [vp8(96, 97), vp8(98)] })];
    const extensions = { mid: 1, absSendTime: 2, transportWide: 3 };
    const plainly = subscriber('plainly', [videoDown(1000, { rtxSsrc: 1001, codecs: [vp8(120)], extensions })]);
    const timed = subscriber('timed', [videoDown(1000, { rtxSsrc: 1001, codecs: [vp8(120, 121)], extensions })]);
    let up = publisher('up 0', tracks);
    for (let i = 0; i < 5000; i++) {
      const payload = Buffer.concat([picture(random), randomBytes(random, 8)]);
      const payloadType = 96 + Math.floor(random() * 3);
      const sequence = Math.floor(random() * 50) + Math.floor(i / 10);
      // Numbers come again, out of order, as retransmissions, and with other content.
      from(up, up.rtp({ ssrc: 7, sequence, payloadType, payload, timestamp: i, marker: random() < 0.5 }));
      if (random() < 0.2) {
        const number = Buffer.alloc(2);
        number.writeUInt16BE(sequence);
        from(
          up,
          up.rtp({ ssrc: 70, sequence: i & 0xffff, payloadType: 97, payload: Buffer.concat([number, payload]) }),
        );
      }
      if (random() < 0.2) {
        const wanted = plainly.inbox.rtp.slice(-20).map(({ header }) => header.sequenceNumber);
        from(plainly, plainly.rtcp(nack(1, 1000, wanted)));
        const heard = timed.inbox.rtp.filter(({ header }) => header.ssrc === 1000).slice(-20);
        const numbers = heard.map(({ header }) => header.sequenceNumber);
        from(timed, timed.rtcp(nack(1, 1000, numbers)));
      }
      if (random() < 0.05) {
        pass(51);
        for (const down of [plainly, timed]) from(down, down.check());
        from(up, up.check());
      }
      if (random() < 0.005) {
        core.removeTransport(up.spec.id);
        pass(50);
        for (const down of [plainly, timed]) from(down, down.check());
        up = publisher(`up ${i}`, tracks);
      }
    }
    for (const [name, { inbox }] of Object.entries({ plainly, timed })) {
      const sealed = new Map<string, string>();
      for (const packet of inbox.rtp) {
        const index = `${packet.header.ssrc} ${packet.header.sequenceNumber}`;
        const bytes = packet.serialize().toString('hex');
        assert.equal(sealed.get(index) ?? bytes, bytes, `SEED=${seed}, ${name}, ${index}`);
        sealed.set(index, bytes);
      }
      assert.ok(sealed.size > 200, `only ${sealed.size} packets were compared`);
    }
  });
