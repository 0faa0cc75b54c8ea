/** What is known of a publisher while it is there: its tracks, and whom each of them goes to. */
import type { DownStream } from '../down/down-stream.ts';
import type { CodecMatch } from '../down/epoch.ts';
import { type PictureReaders, pictureReaders } from '../down/picture-id.ts';
import { type RepairWait, repairWait } from '../estimate/repair-wait.ts';
import type { FrameReader } from '../frame/frame.ts';
import { frameReader } from '../frame/frame-reader.ts';
import type { UpTrack } from '../plane.ts';
import { type TakeElements, takeElements } from '../rtp/passed.ts';
import { type Redundancy, redundancy } from '../rtp/red.ts';
import type { Transport } from '../transport.ts';
import { type ArrivalLog, arrivalLog } from './arrival-log.ts';
import type { Ladder } from './layers.ts';
import type { Source } from './source.ts';
import { type WaitTold, waitTold } from './viewers-wait.ts';

/** What a payload type of the publisher's means. */
interface Payload {
  readonly clockRate: number;
  /** Undefined for what has no pictures, such as sound: it can start anywhere. */
  readonly readFrame: FrameReader | undefined;
}

/** One track of the publisher's, and those it goes to. */
export interface UpStream {
  readonly track: UpTrack;
  readonly payloads: ReadonlyMap<number, Payload>;
  /** Payload type of retransmissions → that of what they retransmit. */
  readonly retransmitted: ReadonlyMap<number, number>;
  readonly pictures: PictureReaders;
  readonly redundancy: Redundancy | undefined;
  readonly takeElements: TakeElements;
  readonly told: WaitTold;
  /** What subscribers are sent of it as, by what they agreed on. */
  readonly matches: Map<string, CodecMatch>;
  source: Source | undefined;
  sinks: readonly DownStream[];
  /** Those that are sent another encoding until a key frame of this one has come. */
  waiting: readonly DownStream[];
  /** Those that are sent nothing of the video for now, as their networks do not carry it. */
  held: readonly DownStream[];
  isKeyFrameWanted: boolean;
  /** By a subscriber that another thread sends to, whatever subscribers there are here. */
  isWantedElsewhere: boolean;
  /** When another thread last said that subscribers of its are sent it. */
  usedElsewhereMs: number;
  lastKeyFrameRequestMs: number;
  /** Key frames that were asked for by FIR, which numbers its requests. */
  firs: number;
  /** When the last packet came before the silence that was counted last. */
  stalledSinceMs: number;
}

export interface Publisher {
  readonly transport: Transport;
  /** One for each track, or for each encoding of one that has several. */
  readonly streams: readonly UpStream[];
  /** Of several encodings the one that subscribers are sent; undefined before any has come, and without several. */
  best: UpStream | undefined;
  /** Known some moments after its video began. */
  ladder: Ladder | undefined;
  /** What was told last of its encodings, and of what is bad about them. */
  toldLayers: string;
  toldHints: string;
  /** When it was last thought about which is. */
  judgedMs: number;
  readonly bySsrc: Map<number, UpStream>;
  /** What is added to its clock for viewers, see viewers-clock.ts; undefined before it has told the time. */
  clockShiftMs: number | undefined;
  /** For what its video has to send again: all encodings come by one way. */
  readonly wait: RepairWait;
  /** When its packets came, for feedback, and the extension with their numbers; all its tracks share both. */
  readonly arrivals: { readonly id: number; readonly log: ArrivalLog } | undefined;
}

export function publisher(transport: Transport, tracks: readonly UpTrack[]): Publisher {
  // Bundled sections that use one id mean the same by it (RFC 9143 section 9.1.1.1).
  const id = tracks.find(({ extensions }) => extensions.transportWide !== undefined)?.extensions.transportWide;
  const arrivals = id === undefined ? undefined : { id, log: arrivalLog() };
  return {
    transport,
    streams: tracks.flatMap(encodings).map((track) => upStream(track, transport.madeMs)),
    best: undefined,
    ladder: undefined,
    toldLayers: '',
    toldHints: '',
    judgedMs: Number.NEGATIVE_INFINITY,
    bySsrc: new Map(),
    clockShiftMs: undefined,
    wait: repairWait(transport.madeMs),
    arrivals,
  };
}

/** A track of several encodings as one track for each. */
const encodings = ({ rids, ...track }: UpTrack): readonly UpTrack[] =>
  rids === undefined || rids.length === 0 ? [track] : rids.map((rid) => ({ ...track, rid }));

const upStream = (track: UpTrack, nowMs: number): UpStream => ({
  track,
  payloads: new Map(
    track.codecs.map(({ name, payloadType, clockRate }) => [payloadType, { clockRate, readFrame: frameReader(name) }]),
  ),
  retransmitted: new Map(
    track.codecs.flatMap(({ payloadType, rtxPayloadType }) =>
      rtxPayloadType === undefined ? [] : [[rtxPayloadType, payloadType] as const],
    ),
  ),
  pictures: pictureReaders(track.codecs),
  redundancy: redundancy(track.codecs),
  takeElements: takeElements(track.extensions),
  told: waitTold(nowMs),
  matches: new Map(),
  source: undefined,
  sinks: [],
  waiting: [],
  held: [],
  isKeyFrameWanted: false,
  isWantedElsewhere: false,
  usedElsewhereMs: Number.NEGATIVE_INFINITY,
  lastKeyFrameRequestMs: Number.NEGATIVE_INFINITY,
  firs: 0,
  stalledSinceMs: Number.NEGATIVE_INFINITY,
});
