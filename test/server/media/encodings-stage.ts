import { receiverReport } from '#server/media/rtp/rtcp-write.ts';
import { arena } from './arena.ts';
import { feedback, written } from './feedback-ticks.ts';
import { deltaFrame, opus, type Peer, videoDown, videoUp, vp8 } from './peer.ts';

const rid = 5;
const [low, high] = [7, 8];
const soundSsrc = 9;

/** VP8: the first packet of a key frame of so many pixels (RFC 6386 section 9.1). */
function keyFrameOf(width: number, height: number): Buffer {
  const payload = Buffer.from('105031009d012a00000000', 'hex');
  payload.writeUInt16LE(width, 7);
  payload.writeUInt16LE(height, 9);
  return payload;
}
const frames = new Map([
  [low, keyFrameOf(320, 180)],
  [high, keyFrameOf(1280, 720)],
]);

/** 100 and 800 kbit/s, at 20 packets a second. */
const sizes = new Map([
  [low, 600],
  [high, 5 * 1000],
]);

/**
 * A publisher of two encodings, or of the better one alone, that answers each wish for a key frame, and viewers that see them.
 * `meanwhile` runs each 50 ms, `often` each 10. With `soundKbps` there is sound beside it.
 */
export function encodingsStage({ egress = 0, isSimulcast = true, soundKbps = 0 } = {}) {
  const at = arena(1, { egress });
  const several = { rids: ['l', 'h'], extensions: { rid } };
  const sound = soundKbps > 0 ? [{ kind: 'audio', mid: '1', codecs: [opus(111)] } as const] : [];
  const up = at.publisher('up', [
    videoUp({ ...(isSimulcast && several), codecs: [vp8(96)] }),
    ...sound.map((track) => videoUp({ ...track, ssrc: soundSsrc })),
  ]);
  const all = isSimulcast ? [low, high] : [high];
  let ssrcs = all;
  const sequences = new Map<number, number>();
  let keyFramesAsked = 0;
  let part = 1;
  const send = (ssrc: number, payload: Buffer) => {
    const sequence = (sequences.get(ssrc) ?? 0) + 1;
    sequences.set(ssrc, sequence);
    const extension = { id: rid, value: ssrc === low ? 'l' : 'h' };
    at.from(up, up.rtp({ ssrc, sequence: sequence & 0xffff, timestamp: sequence * 900, payload, extension }));
  };
  let sounds = 0;
  const sendSound = (payload: Buffer) => {
    sounds += 1;
    at.from(up, up.rtp({ ssrc: soundSsrc, sequence: sounds, timestamp: 2400 * sounds, payloadType: 111, payload }));
  };
  const sendKeyFrame = (ssrc: number) => {
    const key = frames.get(ssrc);
    if (key !== undefined) send(ssrc, key);
  };
  const tick = (often: () => void) => {
    for (const ssrc of ssrcs) {
      const asked = up.inbox.rtcp.some((packet) => packet.type === 'KeyFrameRequest' && packet.mediaSsrc === ssrc);
      if (asked) keyFramesAsked += 1;
      if (asked) sendKeyFrame(ssrc);
      for (let rest = part * (sizes.get(ssrc) ?? 0); rest > 0; rest -= 1000)
        send(ssrc, Buffer.concat([deltaFrame, Buffer.alloc(Math.min(Math.ceil(rest), 1000))]));
    }
    for (let rest = (soundKbps * 50) / 8; rest > 0; rest -= 1000) sendSound(Buffer.alloc(Math.min(rest, 1000), 1));
    up.inbox.rtcp.length = 0;
    for (let i = 0; i < 5; i++) {
      at.pass(10);
      often();
    }
    at.from(up, up.check());
  };
  for (const ssrc of all) sendKeyFrame(ssrc);
  return {
    ...at,
    keyFramesAsked: () => keyFramesAsked,
    /** From now on the encoder makes only a part of what it made. */
    lessen(to: number) {
      part = to;
    },
    /** From now on the better encoding is sent, or is not. */
    setHigh(isSent: boolean) {
      ssrcs = all.filter((ssrc) => ssrc !== high || isSent);
    },
    viewer: (id: string, extensions = {}) =>
      at.subscriber(id, [
        videoDown(1000, { codecs: [vp8(120, 121)], rtxSsrc: 1001, extensions }),
        ...sound.map((track) => videoDown(2000, track)),
      ]),
    live(seconds: number, meanwhile: () => void = () => undefined, often: () => void = () => undefined) {
      for (let i = 0; i < 20 * seconds; i++) {
        tick(often);
        meanwhile();
      }
    },
  };
}

/** Of the payload, with its padding. */
const sizeOf = ({ header, payload }: Peer['inbox']['rtp'][number]): number => payload.length + header.paddingSize;

/** What waits longer in front of a link is dropped. */
const queueMs = 300;

/** A link to a viewer of the stage, whose packets have transport-wide numbers, and who tells what came of them. */
export function thinLink({ from }: Pick<ReturnType<typeof encodingsStage>, 'from'>, to: Peer) {
  const arrivals: (number | undefined)[] = [];
  let nowMs = 0;
  let freeMs = 0;
  let told = 0;
  const tell = () => {
    const came = arrivals.findLastIndex((ms, i) => i >= told && ms !== undefined && ms <= nowMs);
    if (came < 0) return from(to, to.check());
    const ticks = arrivals.slice(told, came + 1).map((ms) => (ms === undefined ? undefined : Math.round(4 * ms)));
    const packets = written(feedback(ticks, told & 0xffff));
    told = came + 1;
    from(to, to.rtcp(Buffer.concat([receiverReport(1, []), ...packets])));
  };
  return {
    kbps: 10_000,
    /** Nothing goes through either way. */
    isCut: false,
    /** To be called each 10 ms. */
    pass() {
      nowMs += 10;
      for (const packet of to.inbox.rtp.slice(arrivals.length)) {
        const startsMs = Math.max(nowMs, freeMs);
        const isLost = this.isCut || startsMs - nowMs > queueMs;
        if (!isLost) freeMs = startsMs + (8 * (sizeOf(packet) + 60)) / this.kbps;
        arrivals.push(isLost ? undefined : freeMs + 20);
      }
      if (nowMs % 100 === 0 && !this.isCut) tell();
    },
  };
}

/** What a viewer was sent since the last call, in kilobits: media, and what came again or to fill up. Keeps the inbox. */
export function meter({ inbox }: Peer) {
  let seen = 0;
  return (): { readonly media: number; readonly again: number } => {
    const packets = inbox.rtp.slice(seen);
    seen = inbox.rtp.length;
    const bits = (ssrc: number) =>
      packets.reduce((sum, packet) => sum + (packet.header.ssrc === ssrc ? 8 * sizeOf(packet) : 0), 0);
    return { media: bits(1000) / 1000, again: bits(1001) / 1000 };
  };
}
