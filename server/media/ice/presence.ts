/**
 * Whether a subscriber is still there. One that is not costs a room what one that is there does, and nobody says goodbye
 * whose battery is empty; so who has been silent for a while is asked, and if it does not answer, is not sent media.
 *
 *   heard ─ 3 s of silence ─► asked, each second ─ 6 s ─► sent nothing ─ 15 s ─► closed
 *     ▲                              │ answer                  │ a check, or what its keys open
 *     └──────────────────────────────┴──── media, from a key frame on ◄──┘
 *
 * Reports come each second or so, checks each few seconds. An audio player's reports may be 6 s apart (RFC 3550 section
 * 6.2) and its checks lost: hence the question, which every ICE agent answers at once.
 */
import { pause } from '../down/epoch.ts';
import type { Client } from '../media-state.ts';
import { wantKeyFrames } from '../up/feedback.ts';
import type { World } from '../world.ts';
import { ask, pathOf } from './path-check.ts';

const askAfterMs = 3000;
const askEveryMs = 1000;
const goneAfterMs = 6000;

/**
 * To be called when a client has sent what nobody else can have sent: a check, or what its keys open. What only has its address
 * says nothing. Media that a subscriber missed is not made up for.
 */
export function noteHeard(client: Client, atMs: number, world: World): void {
  const { transport } = client;
  transport.lastHeardMs = Math.max(transport.lastHeardMs, atMs);
  if (!transport.isGone) return;
  setGone(client, false);
  wantKeyFrames(client, world);
}

/** To be called many times a second. */
export function lookForSubscriber(client: Client, nowMs: number, world: World): void {
  const { transport } = client;
  const silentMs = nowMs - transport.lastHeardMs;
  if (silentMs < askAfterMs || transport.isGone || transport.port === 0) return;
  if (silentMs >= goneAfterMs) setGone(client, true);
  else {
    const at = pathOf(transport, transport);
    if (at !== undefined && nowMs - at.askedMs >= askEveryMs) ask(transport.ice, at, world);
  }
}

function setGone({ transport, placed, subscriber }: Client, isGone: boolean): void {
  transport.isGone = isGone;
  placed?.setGone(isGone);
  if (isGone) for (const down of subscriber?.streams ?? []) pause(down);
}
