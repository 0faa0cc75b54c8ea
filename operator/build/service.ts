import { label, portName } from '#crds/contract.ts';
import type { LiveRoom } from '#crds/liveroom.ts';
import { originSelector, roomMeta } from './labels.ts';

/** Where the Service takes HTTP. */
export const servicePort = 80;

/**
 * Signalling and pages of one room. Media does not pass it. Leads to all of the room's pods, or to the one with this name
 * while there are several.
 */
export const service = (room: LiveRoom, leadTo?: string) =>
  ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: roomMeta(room, room.metadata.name),
    spec: {
      selector: { ...originSelector(room), ...(leadTo !== undefined && { [label.pod]: leadTo }) },
      ports: [{ name: portName.http, port: servicePort, targetPort: portName.http, protocol: 'TCP' }],
    },
  }) as const;
