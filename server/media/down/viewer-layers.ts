/**
 * Which of a publisher's encodings each subscriber is sent: the one that it chose, or what its link is estimated to carry; and
 * none where that is less than the least of them. Whoever tells nothing of its link is sent the best. See layers.ts for how
 * it is moved, layer-choice.ts and video-hold.ts for when.
 */

import { deliveredBps } from '../estimate/delivered.ts';
import { isCongested } from '../estimate/estimator.ts';
import type { Client } from '../media-state.ts';
import type { Subscriber } from '../room.ts';
import { holdBack, type Ladder, want } from '../up/layers.ts';
import type { Publisher, UpStream } from '../up/up-stream.ts';
import type { World } from '../world.ts';
import type { DownStream } from './down-stream.ts';
import { decideLayer, type LayerChoice, type LayerInput, layerChoice, noteSwitched } from './layer-choice.ts';
import { countSwitch, reasonOf } from './layer-switch.ts';
import { allowedBps } from './link-estimate.ts';
import { canProbe, fillUp } from './probe.ts';
import { decideHold, type HoldInput, type VideoHold, videoHold } from './video-hold.ts';

/** What is known of one track of one subscriber, as long as the encodings keep their order. */
export interface ViewerLayer {
  readonly order: Ladder['streams'];
  readonly begunMs: number;
  choice: LayerChoice;
  nextMs: number;
  /** What it was sent over a second or so; Infinity before the first. When that was looked at, and what had been sent by then. */
  sentBps: number;
  measuredMs: number;
  measuredOctets: number;
  /** The same of all that it is sent beside: its sound. */
  otherBps: number;
  otherOctets: number;
}

const decideEveryMs = 200;
/** For sound, beside the one track of video, before it was measured. */
const soundBps = 64_000;
/** Header with extensions, and tag: half as much again for packets of sound as what is in them. */
const perPacketBytes = 40;
/** By how much with each measurement, which is about once a second: who speaks now and then (DTX) is given room for a while. */
const soundFalls = 0.8;
/** A client's own estimate (REMB) that falls tells of a queue. */
const fallCountsMs = 3000;
/** Of who is sent nothing, nothing is heard: what was heard before says nothing of now. */
const recentMs = 5000;
/** Feedback comes ten times a second, also through a queue. */
const silentMs = 1000;
/** Encoders make more and less within moments. */
const measureForMs = 1000;
/** The estimate needs this long to see what is sent: until then, a viewer is left with what it began with. */
const firstLookMs = 2000;

/** What it asks for; see `MediaPlane`. */
export function chooseLayer({ placed, subscriber }: Client, mid: string, rid: string | undefined): void {
  placed?.chooseLayer(mid, rid);
  const down = subscriber?.streams.find(({ track }) => track.mid === mid);
  if (down !== undefined) down.chosenRid = rid;
}

/** To be called many times a second. */
export function chooseLayers(of: Publisher, subscriber: Subscriber, nowMs: number, world: World): void {
  const { ladder } = of;
  const { video: down } = subscriber;
  if (down === undefined) return;
  if (ladder === undefined) {
    // Another publisher begins with everybody, and may have no video at all.
    if (down.hold === undefined) tellHeld(subscriber, down, false, world);
    return;
  }
  const { chosenRid } = down;
  const chosen = chosenRid === undefined ? -1 : ladder.streams.findIndex(({ track }) => track.rid === chosenRid);
  const isEstimated = subscriber.link.estimator !== undefined;
  const present = presentOf(ladder.streams, down);
  countSwitch(down, ladder, present, reasonOf(chosen, isEstimated), world.tally);
  if (!isEstimated && chosen < 0) {
    send(of, down, of.best);
    return;
  }
  const layer = layerOf(subscriber, down, ladder, present, nowMs);
  if (nowMs < layer.nextMs) return;
  layer.nextMs = nowMs + decideEveryMs;
  decide(of, subscriber, down, layer, inputOf(subscriber, down, layer, ladder, chosen, nowMs), world);
}

function decide(
  of: Publisher,
  subscriber: Subscriber,
  down: DownStream,
  layer: ViewerLayer,
  input: LayerInput & HoldInput,
  world: World,
): void {
  const { nowMs } = input;
  const hold = down.hold ?? videoHold(nowMs);
  down.hold = hold;
  measure(layer, subscriber, down, nowMs);
  const [wasHeld, formerly] = [hold.isHeld, layer.choice.wanted];
  input.takesBps = leastBps(hold, layer, input, subscriber.link.estimator?.lastFeedbackMs);
  decideHold(hold, input);
  if (hold.isHeld) {
    const stream = layer.order[leastAt(input)];
    if (!wasHeld && stream !== undefined) holdBack(of, down, stream);
  } else {
    if (wasHeld) layer.choice = layerChoice(nowMs);
    decideLayer(layer.choice, input);
    send(of, down, layer.order[layer.choice.wanted]);
  }
  const isMore = wasHeld ? !hold.isHeld : layer.choice.wanted > formerly;
  fillUp(subscriber.probe, hold.isHeld ? hold.probeBps : layer.choice.probeBps, isMore, nowMs, world.tally);
  tellHeld(subscriber, down, hold.isHeld, world);
}

function tellHeld({ transport }: Subscriber, down: DownStream, isHeld: boolean, { events }: World): void {
  if (isHeld === down.isToldHeld) return;
  down.isToldHeld = isHeld;
  events.onHeld(transport.id, isHeld);
}

function send(of: Publisher, down: DownStream, stream: UpStream | undefined): void {
  if (stream !== undefined && stream !== down.wantedLayer) want(of, down, stream);
}

/** What it is sent is noted there. */
function layerOf(
  subscriber: Subscriber,
  down: DownStream,
  { streams }: Ladder,
  present: number,
  nowMs: number,
): ViewerLayer {
  if (down.layer === undefined || down.layer.order !== streams)
    down.layer = beginning(streams, present, subscriber, down, nowMs);
  const { choice } = down.layer;
  if (present >= 0 && present !== choice.present) noteSwitched(choice, present, nowMs);
  return down.layer;
}

/** Where in the ladder the encoding is that is sent now, or -1. */
function presentOf(streams: Ladder['streams'], { epoch }: DownStream): number {
  for (let i = 0; epoch !== undefined && i < streams.length; i++) if (streams[i]?.source === epoch.source) return i;
  return -1;
}

/** It begins with what it is sent, which is left alone until the estimate has had time to see it. */
function beginning(
  order: Ladder['streams'],
  present: number,
  subscriber: Subscriber,
  down: DownStream,
  nowMs: number,
): ViewerLayer {
  const choice = layerChoice(nowMs);
  if (present >= 0) {
    choice.present = 0;
    choice.wanted = present;
    noteSwitched(choice, present, nowMs);
    choice.upAtMs = nowMs;
  }
  return {
    order,
    begunMs: nowMs,
    choice,
    nextMs: nowMs,
    sentBps: Number.POSITIVE_INFINITY,
    measuredMs: nowMs,
    measuredOctets: down.sentOctets,
    otherBps: down.layer?.otherBps ?? soundBps * (subscriber.streams.length - 1),
    otherOctets: sentBeside(subscriber, down),
  };
}

function inputOf(
  { link, transport }: Subscriber,
  down: DownStream,
  { begunMs, otherBps }: ViewerLayer,
  { streams, bps }: Ladder,
  chosen: number,
  nowMs: number,
): LayerInput & HoldInput {
  const { estimator } = link;
  const hasFeedback = estimator !== undefined && nowMs - estimator.lastFeedbackMs < recentMs;
  const lossRatio = estimator !== undefined && nowMs - estimator.loss.sinceMs < recentMs ? estimator.loss.ratio : 0;
  return {
    nowMs,
    estimateBps: allowedBps(link, nowMs),
    otherBps,
    lossRatio,
    isCongested: (hasFeedback && isCongested(estimator, lossRatio)) || nowMs - link.rembFellMs < fallCountsMs,
    layersBps: bps,
    canProbe: canProbe(down, transport, estimator) && nowMs - begunMs >= firstLookMs,
    chosen,
    highest: streams.length - 1,
    takesBps: 0,
    deliveredBps: estimator === undefined ? -1 : deliveredBps(estimator.arrived),
  };
}

/** The least that the viewer may be sent: what it chose, else the lowest that flows. */
function leastAt({ chosen, layersBps }: LayerInput): number {
  return (layersBps[chosen] ?? 0) > 0 ? chosen : layersBps.findIndex((bps) => bps > 0);
}

/**
 * Who is sent more than the least, or nothing yet, has not shown that the least is too much; nor has who is sent less than it
 * took of late, as its encoder makes less now; nor who told when packets came, and tells nothing for the moment: its network
 * is gone, or its machine is busy.
 */
function leastBps(
  { isHeld }: VideoHold,
  of: ViewerLayer,
  input: LayerInput,
  lastFeedbackMs = Number.NEGATIVE_INFINITY,
): number {
  const least = leastAt(input);
  const takesBps = input.layersBps[least] ?? 0;
  if (isHeld) return takesBps;
  const silenceMs = input.nowMs - lastFeedbackMs;
  const isSilent = silenceMs > silentMs && silenceMs < Number.POSITIVE_INFINITY;
  return of.choice.present === least && !isSilent ? Math.min(takesBps, of.sentBps) : 0;
}

function measure(of: ViewerLayer, subscriber: Subscriber, down: DownStream, nowMs: number): void {
  const { sentOctets } = down;
  const elapsedMs = nowMs - of.measuredMs;
  if (elapsedMs < measureForMs) return;
  of.sentBps = (8000 * (sentOctets - of.measuredOctets)) / elapsedMs;
  const beside = sentBeside(subscriber, down);
  of.otherBps = Math.max(soundFalls * of.otherBps, (8000 * (beside - of.otherOctets)) / elapsedMs);
  of.measuredMs = nowMs;
  of.measuredOctets = sentOctets;
  of.otherOctets = beside;
}

/** Bytes of all tracks but this one. */
function sentBeside({ streams }: Subscriber, down: DownStream): number {
  let bytes = 0;
  for (const other of streams) if (other !== down) bytes += other.sentOctets + perPacketBytes * other.sentPackets;
  return bytes;
}
