import type { LiveRoom, LiveRoomStatus } from '#crds/liveroom.ts';
import { isReady, type Pod } from '../kube.ts';
import { type ShownAudience, showAgainInMs, shownAudience } from './audience.ts';
import { conditions } from './conditions.ts';
import { publisherOf, subscribersOf } from './draining.ts';
import type { MediaAddress } from './media-address.ts';
import { selectedBy } from './monitoring.ts';
import { graceEnd } from './publishing.ts';
import type { Seen } from './seen.ts';

export interface StatusContext {
  readonly urls: Pick<LiveRoomStatus, 'whipURL' | 'whepURL' | 'playerURL'>;
  readonly reconnectGraceMs: number;
  /** What was last shown of the number of subscribers. */
  readonly shown: ShownAudience | undefined;
}

export interface RoomReport {
  readonly status: LiveRoomStatus;
  readonly shown: ShownAudience | undefined;
  /** When the report changes by the mere passing of time. */
  readonly againInMs: number | undefined;
}

/** The room's whole status. */
export function report(seen: Seen, { urls, reconnectGraceMs, shown: shownBefore }: StatusContext): RoomReport {
  const before = seen.room.status;
  const subscribers = subscribersOf(seen);
  const shown = subscribers === undefined ? shownBefore : shownAudience(shownBefore, subscribers, seen.nowMs);
  const list = conditions(seen, reconnectGraceMs);
  const status: LiveRoomStatus = {
    observedGeneration: seen.room.metadata.generation,
    conditions: list,
    ...urls,
    ...(seen.origin === undefined ? {} : { origin: originStatus(seen.origin, seen.mediaAddress) }),
    publisher: publisherStatus(seen),
    subscribers: subscribers === undefined ? (before?.subscribers ?? 0) : (shown?.subscribers ?? 0),
    ...monitoringStatus(seen),
  };
  const publishing = list.find(({ type }) => type === 'Publishing');
  const graceMs =
    publishing?.reason === 'Reconnecting' ? graceEnd(publishing, reconnectGraceMs, seen.nowMs) - seen.nowMs : undefined;
  const showMs = shown && subscribers !== undefined ? showAgainInMs(shown, subscribers, seen.nowMs) : undefined;
  return { status, shown, againInMs: soonest(graceMs, showMs) };
}

/** The soonest of several times to come back, in ms; at least 1, and undefined if there is none. */
export function soonest(...times: readonly (number | undefined)[]): number | undefined {
  const given = times.filter((time) => time !== undefined);
  return given.length === 0 ? undefined : Math.max(1, Math.min(...given));
}

function originStatus(origin: Pod, mediaAddress: MediaAddress | undefined): NonNullable<LiveRoomStatus['origin']> {
  const { nodeName } = origin.spec;
  return {
    podName: origin.metadata.name,
    ...(nodeName === undefined ? {} : { nodeName }),
    ...(mediaAddress === undefined
      ? {}
      : { address: mediaAddress.addresses[0], addresses: mediaAddress.addresses, mediaPort: mediaAddress.port }),
    ready: isReady(origin),
  };
}

function publisherStatus(seen: Seen): NonNullable<LiveRoomStatus['publisher']> {
  const publisher = publisherOf(seen);
  if (publisher === undefined) return seen.room.status?.publisher ?? { connected: false };
  return { connected: publisher.since !== undefined, ...publisher };
}

/** As many as the schema takes. */
const mostReaders = 16;

/** Never an empty map: server-side apply turns one whose fields have gone into null, which the schema refuses. */
function monitoringStatus({ monitoring }: Seen): Pick<LiveRoomStatus, 'monitoring'> {
  const nameOf = (kind: string) => monitoring.objects.find((object) => object.kind === kind)?.metadata.name;
  const [serviceMonitor, prometheusRule] = [nameOf('ServiceMonitor'), nameOf('PrometheusRule')];
  const readers = selectedBy(monitoring).slice(0, mostReaders);
  if (serviceMonitor === undefined && prometheusRule === undefined) return {};
  return {
    monitoring: {
      ...(serviceMonitor && { serviceMonitor }),
      ...(prometheusRule && { prometheusRule }),
      ...(readers.length > 0 && { selectedBy: readers }),
    },
  };
}

/** Whether `room` already says all of it. */
export const isReported = ({ status }: LiveRoom, next: LiveRoomStatus): boolean =>
  JSON.stringify(sorted(status)) === JSON.stringify(sorted(next));

const sorted = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(sorted)
    : typeof value === 'object' && value !== null
      ? Object.fromEntries(
          Object.entries(value)
            .toSorted(([a], [b]) => (a < b ? -1 : 1))
            .map(([name, part]) => [name, sorted(part)]),
        )
      : value;
