import { lookAtLink } from './down/link-estimate.ts';
import { sendProbe } from './down/probe.ts';
import { reportSending } from './down/sender-report.ts';
import { chooseLayers } from './down/viewer-layers.ts';
import { lookForClient } from './ice/presence.ts';
import type { Client, MediaState } from './media-state.ts';
import type { CloseReason } from './plane.ts';
import type { Room } from './room.ts';
import { dtlsPerSecond } from './transport.ts';
import { askForKeyFrame, askForMissing, reportArrivals, reportReception } from './up/feedback.ts';
import { isForemost, steer } from './up/layers.ts';
import { noteStall } from './up/stall.ts';
import type { Publisher } from './up/up-stream.ts';
import type { World } from './world.ts';

/** How often `runTimers` is to be called. */
export const tickMs = 50;

/** A client that sends nothing for so long is gone: checks come every 5 s or so (RFC 7675 section 5.1). */
const silenceMs = 15_000;

/** A publisher that only says that it is there keeps a room from ending without it. Whoever comes takes its place sooner. */
const mediaTimeoutMs = 120_000;

export interface Ended {
  readonly client: Client;
  readonly reason: CloseReason;
}

/** Repeats, reports, budgets. Returns the clients whose time is over, with nothing allocated while there are none. */
export function runTimers(state: MediaState, world: World): readonly Ended[] {
  const now = world.now();
  const isNewSecond = now >= state.nextSecondMs;
  if (isNewSecond) state.nextSecondMs = now + 1000;
  let ended: Ended[] | undefined;
  for (const client of state.byId.values()) {
    const { transport } = client;
    if (isNewSecond) transport.dtlsBudget = dtlsPerSecond;
    const reason = overdue(client, now);
    if (reason !== undefined) {
      ended ??= [];
      ended.push({ client, reason });
      continue;
    }
    if (client.room !== undefined) lookForClient(client, now, world);
    if (client.publisher !== undefined || client.subscriber !== undefined) serve(state, client, now, world);
  }
  return ended ?? none;
}

const none: readonly Ended[] = [];

function overdue({ transport, publisher }: Client, now: number): CloseReason | undefined {
  if (now - transport.lastHeardMs > silenceMs) return 'Silent';
  const lastMediaMs = Math.max(transport.lastRtpMs, transport.madeMs);
  return publisher !== undefined && now - lastMediaMs > mediaTimeoutMs ? 'NoMedia' : undefined;
}

/** What is due for one client. */
export function serve(state: MediaState, client: Client, now: number, world: World): void {
  const { transport, room, publisher, subscriber } = client;
  if (publisher !== undefined) servePublisher(state, publisher, room, now, world);
  if (subscriber !== undefined && room?.publisher !== undefined) {
    chooseLayers(room.publisher, subscriber, now, world);
    if (subscriber.probe.bps > 0) state.probed.add(client);
  }
  if (now < transport.nextReportMs) return;
  // Half a second either way, so that reports to many do not fall on one moment (RFC 3550 section 6.3.1).
  transport.nextReportMs = now + 500 + 1000 * world.random();
  if (publisher !== undefined) reportReception(publisher, now, world);
  if (subscriber === undefined) return;
  for (const down of subscriber.streams) reportSending(down, now, world.send);
  lookAtLink(subscriber.link, transport.history, now, world.tally);
}

function servePublisher(
  { feedback }: MediaState,
  publisher: Publisher,
  room: Room | undefined,
  now: number,
  world: World,
): void {
  reportArrivals(publisher, now, world, feedback);
  if (room === undefined) return;
  steer(room, now);
  for (const stream of publisher.streams) {
    askForMissing(publisher, stream, now, world);
    askForKeyFrame(publisher, stream, now, world);
    if (isForemost(publisher, stream)) noteStall(room, stream, now, world);
  }
}

/** Goes on with the probes under way, and says whether there are any. To be called every `paceMs` while there are. */
export function pace(state: MediaState, world: World): boolean {
  const { probed, filled } = state;
  if (probed.size === 0) return false;
  const now = world.now();
  for (const client of probed) {
    const { subscriber, room } = client;
    // Without video there is nobody who decides, thus ends it.
    if (subscriber !== undefined && room?.publisher?.ladder === undefined) subscriber.probe.bps = 0;
    if (subscriber === undefined || room === undefined || subscriber.probe.bps === 0) {
      probed.delete(client);
      continue;
    }
    filled.packets = 0;
    filled.bytes = 0;
    sendProbe(subscriber, now, world.send, filled);
    world.tally.filledUp(room.counters, filled.packets, filled.bytes);
  }
  return probed.size > 0;
}
