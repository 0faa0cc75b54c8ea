import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RtcpPacketConverter, RtcpRrPacket } from 'werift';
import type { NtpTime } from '#server/media/rtp/rtcp.ts';
import { middleNtp } from '#server/media/rtp/rtcp.ts';
import { senderReport } from '#server/media/rtp/rtcp-write.ts';
import { arena } from '../arena.ts';
import { opus, type Peer, videoDown, videoUp } from '../peer.ts';

const [picture, sound] = [
  { ssrc: 7, payloadType: 96, rate: 90_000 },
  { ssrc: 9, payloadType: 111, rate: 48_000 },
];
const sent = { packets: 1, octets: 2 };

const ntpOf = (ms: number): NtpTime => ({
  seconds: Math.floor(ms / 1000) >>> 0,
  fraction: Math.floor(((ms % 1000) / 1000) * 2 ** 32),
});
const msOf = ({ seconds, fraction }: NtpTime) => seconds * 1000 + (fraction / 2 ** 32) * 1000;
const wallMs = 3_900_000_000_000;
/** Between two packets of a track. */
const spacingMs = 250;

/** A room with one viewer of picture and sound. */
function stage() {
  const at = arena();
  const audio = { kind: 'audio', mid: '1', codecs: [opus(111)] } as const;
  const down = at.subscriber('down', [videoDown(1000), videoDown(2000, audio)]);
  /** A publisher that sends both, and by its clock reports once a second when they were. */
  const encoder = (id: string, clockMs = wallMs) => {
    const up = at.publisher(id, [videoUp(), videoUp(audio)]);
    const late: { dueMs: number; datagram: Buffer }[] = [];
    let [sequence, nowMs] = [0, 0];
    return {
      up,
      clockMs,
      mediaMs: 1000,
      /** How fast both go. */
      pace: 1,
      /** For how long its reports of pictures are under way. */
      delayMs: 0,
      live(seconds: number) {
        for (let i = 0; i < (1000 * seconds) / spacingMs; i++) {
          for (const { rate, ...of } of [picture, sound]) {
            const timestamp = Math.round((this.mediaMs * rate) / 1000);
            at.from(up, up.rtp({ ...of, sequence, timestamp }));
            if (nowMs % 1000 !== 0) continue;
            const dueMs = nowMs + (of.ssrc === picture?.ssrc ? this.delayMs : 0);
            late.push({ dueMs, datagram: up.rtcp(senderReport(of.ssrc, ntpOf(this.clockMs), timestamp, sent)) });
          }
          for (const { datagram } of late.filter(({ dueMs }) => dueMs === nowMs)) at.from(up, datagram);
          at.from(down, down.check());
          at.pass(spacingMs);
          sequence += 1;
          nowMs += spacingMs;
          this.mediaMs += spacingMs * this.pace;
          this.clockMs += spacingMs * this.pace;
        }
      },
    };
  };
  return { ...at, down, encoder };
}

/**
 * Of each report of a track that a viewer was sent, by how much time by the clock and timestamp differ more than in the first;
 * milliseconds. All 0: one clock, and media that goes by it.
 */
function departures({ inbox }: Peer, ssrc: number, rate: number): number[] {
  const reports = inbox.rtcp.flatMap((packet) =>
    packet.type === 'SenderReport' && packet.ssrc === ssrc ? packet : [],
  );
  const [first] = reports;
  assert.ok(first !== undefined && reports.length > 3, `${reports.length} reports`);
  return reports.map(
    ({ ntp, timestamp }) => msOf(ntp) - msOf(first.ntp) - (((timestamp - first.timestamp) | 0) * 1000) / rate,
  );
}

const most = (numbers: readonly number[]) => Math.max(...numbers.map(Math.abs));

function assertOneClock(down: Peer): void {
  for (const [ssrc, rate] of [
    [1000, 90_000],
    [2000, 48_000],
  ] as const) {
    const departed = departures(down, ssrc, rate);
    assert.ok(most(departed) < 1, `${ssrc}: ${departed.map((ms) => ms.toFixed(1))} ms`);
  }
}

for (const aheadMs of [0, 5000, -40_000, -wallMs + 60_000])
  test(`a viewer’s clock goes on across a change of publisher, where the next one’s is ${aheadMs} ms ahead`, () => {
    const { down, encoder, core } = stage();
    encoder('first').live(5);
    core.removeTransport('first');
    encoder('second', wallMs + 5000 + aheadMs).live(5);
    assertOneClock(down);
  });

test('so it does where one takes over from another that is still there, and goes on speaking', () => {
  const { down, encoder } = stage();
  const first = encoder('first');
  first.live(5);
  const second = encoder('second', wallMs - 7_000_000);
  for (let i = 0; i < 5; i++) {
    second.live(1);
    first.clockMs += 3000;
    first.live(0.25);
    second.mediaMs += 250;
    second.clockMs += 250;
  }
  encoder('third', 1000).live(5);
  assertOneClock(down);
});

test('a clock that goes faster than others has not run away when another takes over', () => {
  const { down, encoder } = stage();
  const first = encoder('first');
  first.pace = 1.02;
  first.live(30);
  const before = departures(down, 1000, 90_000);
  assert.ok(most(before) < 40, 'what we add between its reports is by our own');
  encoder('second', 5).live(5);
  assert.ok(most(departures(down, 1000, 90_000)) < 40);
});

test('picture and sound stay in step as their publisher says, however late its first report of one comes', () => {
  const { down, encoder } = stage();
  encoder('first').live(5);
  const second = encoder('second', wallMs + 5_000_000);
  second.delayMs = 750;
  second.live(5);
  assertOneClock(down);
});

test('so do the encodings of one picture, whichever reports first', () => {
  for (const [early, late] of [
    [11, 12],
    [12, 11],
  ] as const) {
    const { publisher, subscriber, from, pass } = arena();
    const down = subscriber('down');
    const first = publisher('first');
    const said = (up: Peer, ssrc: number, ms: number) => from(up, up.rtcp(senderReport(ssrc, ntpOf(ms), 90_000, sent)));
    from(first, first.rtp({ ssrc: 7, sequence: 1, timestamp: 90_000 }));
    said(first, 7, wallMs);
    pass(3000);
    const rid = 5;
    const second = publisher('second', [videoUp({ rids: ['l', 'h'], extensions: { rid } })]);
    for (const [ssrc, value] of [
      [11, 'l'],
      [12, 'h'],
    ] as const)
      from(second, second.rtp({ ssrc, sequence: 1, timestamp: 90_000, extension: { id: rid, value } }));
    said(second, early, 5000);
    pass(300);
    said(second, late, 5000);
    pass(3000);
    const departed = departures(down, 1000, 90_000);
    assert.ok(most(departed) < 1, `${departed}`);
  }
});

for (const stepMs of [86_400_000, 5000, 200, -200, -40_000])
  test(`a publisher’s clock that is set by ${stepMs} ms while it sends is not set for viewers`, () => {
    const { down, encoder } = stage();
    const up = encoder('up');
    up.live(4.5);
    up.clockMs += stepMs;
    up.live(5);
    assertOneClock(down);
  });

test('nor is one whose seconds begin anew, as those of NTP will in 2036', () => {
  const { down, encoder } = stage();
  encoder('up', 2 ** 32 * 1000 - 3000).live(6);
  const departed = departures(down, 1000, 90_000).map((ms) => (ms < -1e9 ? ms + 2 ** 32 * 1000 : ms));
  assert.ok(most(departed) < 1, `${departed}`);
});

test('timestamps that jump, while the clock does not, are told as they are', () => {
  const { down, encoder } = stage();
  const up = encoder('up');
  up.live(5);
  up.mediaMs += 5000;
  up.live(5);
  const departed = departures(down, 1000, 90_000);
  assert.ok(Math.abs((departed.at(-1) ?? 0) + 5000) < 1, `${departed}`);
});

test('reports that the network delays set no clock', () => {
  const { down, encoder } = stage();
  const up = encoder('up');
  up.live(5);
  up.delayMs = 1500;
  up.live(5);
  up.delayMs = 0;
  up.live(5);
  assertOneClock(down);
});

test('of a publisher without a clock, which says 0, viewers are told by its timestamps', () => {
  const { down, encoder } = stage();
  encoder('first').live(3);
  const second = encoder('second', 0);
  for (let i = 0; i < 5; i++) {
    second.live(1);
    second.clockMs = 0;
  }
  assertOneClock(down);
});

test('a publisher is answered by its own clock', () => {
  const { encoder } = stage();
  encoder('first').live(2);
  const second = encoder('second', 12_345_678);
  second.live(3);
  const answers = second.up.inbox.compounds
    .flatMap((compound) => RtcpPacketConverter.deSerialize(compound))
    .flatMap((packet) => (packet instanceof RtcpRrPacket ? packet.reports : []));
  const said = [0, 1000, 2000].map((ms) => middleNtp(ntpOf(12_345_678 + ms)));
  assert.ok(answers.length > 1 && answers.every(({ lsr }) => said.includes(lsr)));
});
