/**
 * Whether a client is still where it is sent to. One that is not costs a room what one that is there does, and nobody says
 * goodbye whose battery is empty; and whoever has the address next did not ask for anything. So who has not been heard of
 * there for a while is asked, and if it does not answer, is sent neither media nor reports (RFC 7675 section 5.1).
 *
 *   heard ─ 3 s of silence ─► asked, each second ─ 6 s ─► sent nothing ─ 15 s ─► closed
 *     ▲                              │ answer                  │ a check, or what its keys open
 *     └──────────────────────────────┴──── media, from a key frame on ◄──┘
 *
 * Only what comes from that address counts for it; see docs/decisions/0039-consent-is-of-an-address.md.
 *
 * Reports come each second or so, checks each few seconds. An audio player's reports may be 6 s apart (RFC 3550 section
 * 6.2) and its checks lost: hence the question, which every ICE agent answers at once.
 */
import { pause } from '../down/epoch.ts';
import type { Client } from '../media-state.ts';
import type { Endpoint } from '../udp/address.ts';
import { wantKeyFrames } from '../up/feedback.ts';
import type { World } from '../world.ts';
import { ask, isPresent, pathOf } from './path-check.ts';

const askAfterMs = 3000;
const askEveryMs = 1000;
const goneAfterMs = 6000;

/**
 * To be called when a client has sent what nobody else can have sent: an answer to our check, what its keys open, or a check
 * where it is known to be. What only has its address says nothing. On the packet path.
 */
export function noteHeard(client: Client, from: Endpoint, nowMs: number, world: World): void {
  const { transport } = client;
  transport.lastHeardMs = nowMs;
  if (isPresent(transport, from)) noteConsent(client, nowMs, world);
}

/**
 * To be called when an egress thread could open what came of a subscriber last: it knows of no addresses, and what had come
 * from where it is sent to was marked when it was passed on.
 */
export function noteHeardElsewhere(client: Client, atMs: number, world: World): void {
  const { transport } = client;
  transport.lastHeardMs = Math.max(transport.lastHeardMs, atMs);
  noteConsent(client, Math.min(atMs, transport.mailedMs), world);
}

/** Media that a subscriber missed is not made up for. */
function noteConsent(client: Client, atMs: number, world: World): void {
  const { transport } = client;
  if (atMs <= transport.consentMs) return;
  transport.consentMs = atMs;
  if (!transport.isGone) return;
  setGone(client, false);
  wantKeyFrames(client, world);
}

/** To be called many times a second. */
export function lookForClient(client: Client, nowMs: number, world: World): void {
  const { transport } = client;
  const silentMs = nowMs - transport.consentMs;
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
