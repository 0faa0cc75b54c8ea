import type { Side } from './contract.ts';
import type { layerStates } from './ingest-metrics.ts';
import type { NodeStats } from './node-stats.ts';

/** The body of `GET /stats`: what the operator reads of a pod. */
export interface PodStats {
  readonly version: string;
  readonly draining: boolean;
  /** RFC 3339: when it ends whoever is left. Absent while it does not drain, and from pods of releases before 0.2. */
  readonly drainEndsAt?: string;
  readonly rooms: readonly RoomStats[];
  /** Absent from pods of releases before 0.2. */
  readonly node?: NodeStats;
  /** How clients have fared with the media port since the server started. Absent from pods of releases before 0.2. */
  readonly clients?: ClientsMet;
}

export interface ClientsMet {
  /** Sessions whose media connection came about. */
  readonly connected: number;
  /** Sessions that were told where the port is, and never reached it. */
  readonly unreached: number;
}

export type LayerState = (typeof layerStates)[number];

/** What a publisher sends, over the last 10 s. Absent from pods of releases before 0.2, and before its first packet. */
export interface IngestStats {
  readonly audioBitsPerSecond: number;
  readonly videoBitsPerSecond: number;
  readonly framesPerSecond: number;
  /** Pixels; 0 while nothing has told. */
  readonly width: number;
  readonly height: number;
  readonly keyFrameIntervalSeconds: number;
  /** What its encoder should change, as sentences. */
  readonly hints: readonly string[];
  /** Of a publisher that sends its picture in several, the lowest first. */
  readonly layers?: readonly LayerStats[];
}

/** One encoding of the video, and what is done for it. */
export interface LayerStats {
  readonly rid: string;
  readonly width: number;
  readonly height: number;
  /** 0 while it does not flow. */
  readonly bitsPerSecond: number;
  readonly state: LayerState;
}

export interface RoomStats {
  readonly namespace: string;
  readonly name: string;
  /** Absent when nobody publishes. `since` is RFC 3339; `sendsMedia` is false until the first RTP packet, and when it falls silent. */
  readonly publisher?: { readonly since: string; readonly sendsMedia: boolean; readonly ingest?: IngestStats };
  /**
   * RFC 3339: when the last publisher that was connected ended its session (DELETE, close_notify, BYE). Absent while one is
   * connected, when it was lost or replaced, and after a restart of the server; and from releases before 0.2.
   */
  readonly publisherEndedAt?: string;
  readonly subscribers: number;
  /** Those of them that are sent no video, as their networks do not carry the least of it. Absent: none. */
  readonly heldBack?: number;
  /** Sides that are locked and whose token the pod does not have, or cannot use, so that nobody gets in. Absent: none, or a release before 0.2. */
  readonly tokensMissing?: readonly Side[];
}
