/** What a pod counts over all of its rooms, for `node` of `GET /stats`. */
export type NodeCounter =
  | 'publishAttempts'
  | 'publishSuccesses'
  | 'publishCancels'
  | 'subscribeAttempts'
  | 'subscribeSuccesses'
  | 'subscribeCancels'
  | 'answered'
  | 'iceConnected'
  | 'dtlsConnected'
  | 'packetsIn'
  | 'bytesIn'
  | 'packetsOut'
  | 'bytesOut'
  | 'retransmittedPacketsOut'
  | 'retransmittedBytesOut'
  | 'nacks'
  | 'systemPacketsIn'
  | 'systemPacketsOut'
  | 'systemPacketsDropped';

/** A pod as a whole, looked at every 2 s. Rates are of the last 10 s. */
export interface NodeStats {
  /** RFC 3339. */
  readonly startedAt: string;
  readonly updatedAt: string;
  /** In use: with a publisher or a subscriber. */
  readonly rooms: number;
  readonly clients: { readonly publisher: number; readonly subscriber: number };
  readonly tracks: { readonly in: number; readonly out: number };
  /** Since the server started. */
  readonly totals: Readonly<Record<NodeCounter, number>>;
  readonly perSecond: Readonly<Record<NodeCounter, number>>;
  /** `loadRatio` is of the limit; `machineLoad` are the averages of 1, 5 and 15 minutes. */
  readonly cpu: { readonly limitCores: number; readonly loadRatio: number; readonly machineLoad: readonly number[] };
  readonly memory: { readonly usedBytes: number; readonly averageBytes: number; readonly limitBytes: number };
  /** Mean time from reading a packet to handing its last copy to the kernel; 0 while none was measured. */
  readonly forwardSeconds: number;
}
