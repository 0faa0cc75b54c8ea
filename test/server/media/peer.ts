import { type Extension, ExtensionProfiles, RtpHeader, RtpPacket, SrtcpSession, SrtpSession } from 'werift';
import type {
  DownTrack,
  IceSpec,
  PayloadCodec,
  SrtpKeys,
  SrtpProfile,
  TransportSpec,
  UpTrack,
} from '#server/media/plane.ts';
import { type RtcpPacket, readRtcp } from '#server/media/rtp/rtcp.ts';
import { masterLength } from '#server/media/srtp/srtp-keys.ts';
import { randomBytes } from '#test/harness/seeded.ts';
import { stunAnswer, stunCheck } from './stun-client.ts';

/** What a packet of a test says; the rest is of no matter to it. */
export interface Rtp {
  readonly ssrc: number;
  readonly sequence: number;
  readonly timestamp?: number;
  readonly payloadType?: number;
  readonly marker?: boolean;
  /** Bytes behind the payload, the last of which says how many they are. */
  readonly paddingSize?: number;
  readonly payload?: Buffer;
  readonly extension?: HeaderElement;
  /** Instead of one. */
  readonly extensions?: readonly HeaderElement[];
}

export interface HeaderElement {
  readonly id: number;
  readonly value: string | Buffer;
}

export interface Inbox {
  readonly rtp: RtpPacket[];
  readonly rtcp: RtcpPacket[];
  /** Compound packets as they came, decrypted. */
  readonly compounds: Buffer[];
  readonly stun: Buffer[];
  readonly other: Buffer[];
}

export type Peer = ReturnType<typeof peer>;

/** A client as a test plays it: it signs checks by itself and has its SRTP from werift, nothing from the server. */
export function peer(id: string, profile: SrtpProfile, port: number, random: () => number) {
  const { key, salt } = masterLength[profile];
  const keys: SrtpKeys = {
    profile,
    localKey: randomBytes(random, key),
    localSalt: randomBytes(random, salt),
    remoteKey: randomBytes(random, key),
    remoteSalt: randomBytes(random, salt),
  };
  const mirrored = {
    localMasterKey: Buffer.from(keys.remoteKey),
    localMasterSalt: Buffer.from(keys.remoteSalt),
    remoteMasterKey: Buffer.from(keys.localKey),
    remoteMasterSalt: Buffer.from(keys.localSalt),
  };
  const srtp = new SrtpSession({ profile, keys: mirrored });
  const srtcp = new SrtcpSession({ profile, keys: mirrored });
  const spec: TransportSpec = {
    id,
    localUfrag: `ours-${id}`,
    localPwd: `password of ${id}`,
    remoteUfrag: `their-${id}`,
    remotePwd: `their password of ${id}`,
  };
  const inbox: Inbox = { rtp: [], rtcp: [], compounds: [], stun: [], other: [] };
  return {
    spec,
    keys,
    inbox,
    endpoint: { address: '127.0.0.1', port },
    check: (useCandidate = true, { localUfrag, localPwd, remoteUfrag }: IceSpec = spec) =>
      stunCheck({ username: `${localUfrag}:${remoteUfrag}`, password: localPwd, useCandidate }),
    /** An answer to the server's own check that came last. */
    answer: (password = spec.remotePwd) => {
      const check = inbox.stun.findLast((message) => message.readUInt16BE(0) === 0x0001);
      if (check === undefined) throw new Error('the server has checked nothing');
      return stunAnswer(check, password);
    },
    rtp({ ssrc, sequence, timestamp = 0, payloadType = 96, marker = false, ...more }: Rtp) {
      const { payload = keyFrame, paddingSize = 0, extension } = more;
      const extensions: Extension[] = (more.extensions ?? (extension ? [extension] : [])).map(({ id, value }) => ({
        ...{ id, payload: Buffer.from(value as string) },
      }));
      const header = new RtpHeader({ ssrc, sequenceNumber: sequence, timestamp, payloadType, marker, extensions });
      if (extensions.some((element) => element.id > 14 || element.payload.length > 16))
        header.extensionProfile = ExtensionProfiles.TwoByte;
      header.padding = paddingSize > 0;
      const padding = Buffer.alloc(paddingSize).fill(paddingSize, Math.max(0, paddingSize - 1));
      const padded = paddingSize === 0 ? payload : Buffer.concat([payload, padding]);
      return srtp.encrypt(padded, new RtpPacket(header, padded).header);
    },
    rtcp: (compound: Buffer) => srtcp.encrypt(compound),
    receive(datagram: Buffer): void {
      const [first = 0, second = 0] = datagram;
      if (first <= 3) inbox.stun.push(datagram);
      else if (first < 128) inbox.other.push(datagram);
      else if (second >= 192 && second <= 223) {
        const compound = srtcp.decrypt(datagram);
        inbox.compounds.push(compound);
        inbox.rtcp.push(...(readRtcp(compound) ?? []));
      } else inbox.rtp.push(RtpPacket.deSerialize(srtp.decrypt(datagram)));
    },
  };
}

/** VP8: the first packets of a key frame and of a delta frame, with room for a number to know them by. */
export const keyFrame = Buffer.from([0x10, 0x50]);
export const deltaFrame = Buffer.from([0x10, 0x51]);

export const vp8 = (payloadType: number, rtxPayloadType?: number): PayloadCodec => ({
  name: 'video/vp8',
  payloadType,
  clockRate: 90_000,
  ...(rtxPayloadType === undefined ? {} : { rtxPayloadType }),
});
export const opus = (payloadType: number): PayloadCodec => ({ name: 'audio/opus', payloadType, clockRate: 48_000 });

export const videoUp = (more: Partial<UpTrack> = {}): UpTrack => ({
  kind: 'video',
  mid: '0',
  extensions: {},
  codecs: [vp8(96)],
  nack: true,
  pli: true,
  fir: false,
  ...more,
});

export const videoDown = (ssrc: number, more: Partial<DownTrack> = {}): DownTrack => ({
  kind: 'video',
  mid: '0',
  ssrc,
  cname: 'live',
  extensions: {},
  codecs: [vp8(120)],
  nack: true,
  ...more,
});

/** RTCP BYE of one source. */
export function bye(ssrc: number): Buffer {
  const packet = Buffer.from('81cb000100000000', 'hex');
  packet.writeUInt32BE(ssrc, 4);
  return packet;
}
