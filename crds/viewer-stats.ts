/** Of how many viewers is told where nobody says, and at most. */
export const viewersTold = { usual: 100, most: 1000 } as const;

/** The body of `GET /stats/viewers?room=NAMESPACE/NAME&limit=100`. Without a room it is of all rooms of the pod. */
export interface ViewersStats {
  /** How many are connected, also of those that are not told of; who still shakes hands is not among them. */
  readonly total: number;
  readonly viewers: readonly ViewerStats[];
}

/** How one viewer's link does, and what it is sent. */
export interface ViewerStats {
  /** The first characters of its id, as in the log. */
  readonly session: string;
  /** `namespace/name`. */
  readonly room: string;
  /** What its link is estimated to carry; absent when it tells nothing that an estimate could be made of. */
  readonly estimateBitsPerSecond?: number;
  /** Names of encodings, where its publisher sends several. */
  readonly layer?: {
    /** By the viewer itself; absent: it leaves that to the server. */
    readonly chosen?: string;
    /** What the server would send; it waits for a key frame while it is another than what is sent. */
    readonly wanted?: string;
    readonly sent?: string;
  };
  /** Part of the packets that never came, since it began; 0 to 1. */
  readonly lossRatio: number;
  /** Of late, as the estimate has it. */
  readonly recentLossRatio?: number;
  /** Absent before the first report. */
  readonly roundTripSeconds?: number;
  /** Since anything came of it. */
  readonly silentForSeconds: number;
  /** Silent for so long that it is sent nothing. */
  readonly isGone: boolean;
  /** It is sent sound alone, as its network does not carry the least of the video. */
  readonly isHeldBack: boolean;
}
