import { publicPath } from '#crds/contract.ts';
import { eventTypes } from '#crds/event-metrics.ts';

/** Where streams of events are made. Each of them is below. */
export const eventsPath = `${publicPath.whep(':namespace', ':room')}/:session/events`;

/** The `Link` of a session's answer that says where its events are, and which there may be. */
export const eventsLink = (session: string): string =>
  `<${session}/events>; rel="urn:ietf:params:whep:ext:core:server-sent-events"; events="${eventTypes.join(',')}"`;
