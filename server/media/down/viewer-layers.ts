/**
 * Which of a publisher's encodings each subscriber is sent: the one that it chose, or what its link is estimated to carry.
 * Whoever tells nothing of its link is sent the best. See layers.ts for how it is moved, layer-choice.ts for when.
 */

import { isCongested } from '../estimate/estimator.ts';
import type { Client } from '../media-state.ts';
import type { Subscriber } from '../room.ts';
import { type Ladder, want } from '../up/layers.ts';
import type { Publisher, UpStream } from '../up/up-stream.ts';
import type { DownStream } from './down-stream.ts';
import { decideLayer, type LayerChoice, layerChoice, noteSwitched } from './layer-choice.ts';
import { allowedBps, type LinkEstimate } from './link-estimate.ts';

/** What is known of one track of one subscriber, as long as the encodings keep their order. */
export interface ViewerLayer {
  readonly order: Ladder['streams'];
  readonly choice: LayerChoice;
  nextMs: number;
}

const decideEveryMs = 200;
/** For sound, beside the one track of video. */
const soundBps = 64_000;
/** A client's own estimate (REMB) that falls tells of a queue. */
const fallCountsMs = 3000;

/** What it asks for; see `MediaPlane`. */
export function chooseLayer({ placed, subscriber }: Client, mid: string, rid: string | undefined): void {
  placed?.chooseLayer(mid, rid);
  const down = subscriber?.streams.find(({ track }) => track.mid === mid);
  if (down !== undefined) down.chosenRid = rid;
}

/** To be called many times a second. */
export function chooseLayers(of: Publisher, { streams, link }: Subscriber, nowMs: number): void {
  const { ladder } = of;
  if (ladder === undefined) return;
  for (const down of streams) {
    if (down.track.kind !== 'video') continue;
    const stream = chosenLayer(of, ladder, down, link, soundBps * (streams.length - 1), nowMs);
    if (stream !== undefined && stream !== down.wantedLayer) want(of, down, stream);
  }
}

function chosenLayer(
  { best }: Publisher,
  ladder: Ladder,
  down: DownStream,
  link: LinkEstimate,
  otherBps: number,
  nowMs: number,
): UpStream | undefined {
  const { streams, bps } = ladder;
  const chosen = streams.findIndex(({ track }) => track.rid === down.chosenRid);
  if (link.estimator === undefined && chosen < 0) return best;
  const present = streams.findIndex(({ source }) => source !== undefined && source === down.epoch?.source);
  if (down.layer === undefined || down.layer.order !== streams) down.layer = beginning(streams, present, nowMs);
  const { layer } = down;
  const { choice } = layer;
  if (present >= 0 && present !== choice.present) noteSwitched(choice, present, nowMs);
  if (nowMs < layer.nextMs) return down.wantedLayer;
  layer.nextMs = nowMs + decideEveryMs;
  const { estimator } = link;
  decideLayer(choice, {
    nowMs,
    estimateBps: allowedBps(link, nowMs),
    otherBps,
    lossRatio: estimator?.loss.ratio ?? 0,
    isCongested: (estimator !== undefined && isCongested(estimator)) || nowMs - link.rembFellMs < fallCountsMs,
    layersBps: bps,
    canProbe: false,
    chosen,
    highest: streams.length - 1,
  });
  return streams[choice.wanted];
}

/** It begins with what it is sent, which is left alone until the estimate has had time to see it. */
function beginning(order: Ladder['streams'], present: number, nowMs: number): ViewerLayer {
  const choice = layerChoice(nowMs);
  if (present >= 0) {
    choice.present = 0;
    choice.wanted = present;
    noteSwitched(choice, present, nowMs);
    choice.upAtMs = nowMs;
  }
  return { order, choice, nextMs: nowMs };
}
