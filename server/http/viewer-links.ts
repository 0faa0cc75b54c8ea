import { publicPath } from '#crds/contract.ts';
import { eventTypes } from '#crds/event-metrics.ts';

const session = `${publicPath.whep(':namespace', ':room')}/:session`;
/** Where streams of events are made. Each of them is below. */
export const eventsPath = `${session}/events`;
/** Where a layer is chosen. */
export const layerPath = `${session}/layer`;

/** The `Link`s of a viewer's answer: where its events are, which there may be, and where it chooses a layer. */
export const viewerLinks = (location: string): readonly string[] => [
  `<${location}/events>; rel="urn:ietf:params:whep:ext:core:server-sent-events"; events="${eventTypes.join(',')}"`,
  `<${location}/layer>; rel="urn:ietf:params:whep:ext:core:layer"`,
];
