import { publicPath } from '#crds/contract.ts';
import { eventTypesOf } from '#crds/event-metrics.ts';
import type { Role } from '../room/room.ts';

const session = (of: 'whip' | 'whep') => `${publicPath[of](':namespace', ':room')}/:session`;

/** Where streams of events are made. Each of them is below. */
export const eventsPath = { publisher: `${session('whip')}/events`, subscriber: `${session('whep')}/events` } as const;
/** Where a layer is chosen. */
export const layerPath = `${session('whep')}/layer`;

/**
 * WHEP's extensions have names of their own. For WHIP none is registered that tells a publisher anything, so that this one
 * is named by us (RFC 8288 section 2.1.2); who does not know it passes over it.
 */
const rel = {
  publisher: 'urn:liveroom:whip:ext:events',
  subscriber: 'urn:ietf:params:whep:ext:core:server-sent-events',
} as const;

/** The `Link`s of a session's answer: where its events are, which there may be, and where a viewer chooses a layer. */
export const sessionLinks = (role: Role, location: string): readonly string[] => [
  `<${location}/events>; rel="${rel[role]}"; events="${eventTypesOf[role].join(',')}"`,
  ...(role === 'subscriber' ? [`<${location}/layer>; rel="urn:ietf:params:whep:ext:core:layer"`] : []),
];
