/** How the links of viewers do, one by one, for whoever looks for the ones in trouble. */
import { estimateBps } from '../estimate/estimator.ts';
import type { Room, Subscriber } from '../room.ts';
import type { DownStream } from './down-stream.ts';

/** Which viewers: of one room or of all, and how many at most. */
export interface ViewersAsked {
  readonly viewersOf: string | undefined;
  readonly most: number;
}

/** Of one viewer. Times are in milliseconds, -1 where nothing is known; ratios are of 1. */
export interface ViewerFigures {
  readonly id: string;
  readonly room: string;
  /** -1: it tells nothing of its link. */
  readonly estimateBps: number;
  readonly recentLossRatio: number;
  readonly lossRatio: number;
  readonly roundTripMs: number;
  readonly silentForMs: number;
  readonly isGone: boolean;
  /** Its video is, as its network does not carry the least of it. */
  readonly isHeldBack: boolean;
  readonly chosenRid: string | undefined;
  readonly wantedRid: string | undefined;
  readonly sentRid: string | undefined;
}

export interface ViewersSeen {
  /** How many there are that are connected, thus have keys; no thread tells of others. */
  readonly total: number;
  readonly viewers: readonly ViewerFigures[];
}

/** Those of these rooms that this thread sends to. Allocates: for who asks. */
export function viewersSeen(rooms: Iterable<Room>, { viewersOf, most }: ViewersAsked, nowMs: number): ViewersSeen {
  const viewers: ViewerFigures[] = [];
  let total = 0;
  for (const room of rooms) {
    if (viewersOf !== undefined && room.id !== viewersOf) continue;
    for (const subscriber of room.subscribers) {
      if (subscriber.transport.srtp === undefined) continue;
      total += 1;
      if (viewers.length < most) viewers.push(figuresOf(room, subscriber, nowMs));
    }
  }
  return { total, viewers };
}

/** What several threads saw, together. */
export const viewersTogether = (seen: readonly ViewersSeen[], most: number): ViewersSeen => ({
  total: seen.reduce((sum, { total }) => sum + total, 0),
  viewers: seen.flatMap(({ viewers }) => viewers).slice(0, most),
});

function figuresOf({ id: room, publisher }: Room, { transport, streams, link }: Subscriber, nowMs: number) {
  const video = streams.find(({ track }) => track.kind === 'video');
  const { estimator } = link;
  const sent = publisher?.streams.find(({ source }) => source !== undefined && source === video?.epoch?.source);
  return {
    id: transport.id,
    room,
    estimateBps: estimator === undefined ? -1 : estimateBps(estimator),
    recentLossRatio: estimator?.loss.ratio ?? -1,
    lossRatio: lossRatio(streams),
    roundTripMs: transport.roundTripMs,
    silentForMs: nowMs - transport.lastHeardMs,
    isGone: transport.isGone,
    isHeldBack: video?.hold?.isHeld ?? false,
    chosenRid: video?.chosenRid,
    wantedRid: video?.wantedLayer?.track.rid,
    sentRid: sent?.track.rid,
  };
}

function lossRatio(streams: readonly DownStream[]): number {
  const lost = streams.reduce((sum, { loss }) => sum + loss.counted, 0);
  const sent = streams.reduce((sum, { newestIndex, startIndex }) => sum + newestIndex - startIndex, 0);
  return sent <= 0 ? 0 : Math.min(1, lost / sent);
}
