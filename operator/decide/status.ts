import type { LiveRoom, LiveRoomStatus } from '#crds/liveroom.ts';
import { isReady, type Pod } from '../kube.ts';
import { everyMs, type ShownAudience, showAgainInMs, shownAudience } from './audience.ts';
import { conditions } from './conditions.ts';
import { publisherOf, subscribersOf } from './draining.ts';
import type { MediaAddress } from './media-address.ts';
import { selectedBy } from './monitoring.ts';
import { contains } from './plan.ts';
import { graceEnd } from './publishing.ts';
import type { Seen } from './seen.ts';
import { soonest } from './soonest.ts';

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
  const was = shownBefore ?? shownByPredecessor(before);
  const shown = subscribers === undefined ? was : shownAudience(was, subscribers, seen.nowMs);
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
  const next = paced(before, status, shown, seen.nowMs);
  return { ...next, againInMs: soonest(graceMs, showMs, next.againInMs) };
}

/** What an operator before this one has shown, which was long ago for all we know. */
const shownByPredecessor = (status: LiveRoomStatus | undefined): ShownAudience | undefined =>
  status?.subscribers === undefined ? undefined : { subscribers: status.subscribers, atMs: 0 };

/** A status that differs in nothing but numbers is held back until the last change of a number is long enough ago. */
function paced(
  before: LiveRoomStatus | undefined,
  next: LiveRoomStatus,
  shown: ShownAudience | undefined,
  nowMs: number,
): RoomReport {
  // The very one that there is, so that nobody has to compare them again.
  if (before !== undefined && isSame(before, next)) return { status: before, shown, againInMs: undefined };
  if (before === undefined || !isSame(withoutNumbers(before), withoutNumbers(next)))
    return { status: next, shown, againInMs: undefined };
  const waitMs = (shown?.atMs ?? 0) + everyMs - nowMs;
  // The subscribers that are shown are of now when their number has just changed.
  if (waitMs > 0 && shown?.atMs !== nowMs) return { status: before, shown, againInMs: waitMs };
  return { status: next, shown: { subscribers: next.subscribers ?? 0, atMs: nowMs }, againInMs: undefined };
}

const withoutNumbers = ({ subscribers: _, conditions = [], ...rest }: LiveRoomStatus): LiveRoomStatus => ({
  ...rest,
  conditions: conditions.map((condition) => ({ ...condition, message: condition.message.replaceAll(/\d+/g, '#') })),
});

function originStatus(origin: Pod, mediaAddress: MediaAddress | undefined): NonNullable<LiveRoomStatus['origin']> {
  const { nodeName } = origin.spec;
  return {
    podName: origin.metadata.name,
    ...(nodeName === undefined ? {} : { nodeName }),
    ...(mediaAddress === undefined ? {} : addressStatus(mediaAddress)),
    ready: isReady(origin),
  };
}

/** The list says nothing more where there is but one, and a CRD of release 0.1.0 refuses it. */
const addressStatus = ({ addresses, port }: MediaAddress) => ({
  address: addresses[0],
  ...(addresses.length > 1 && { addresses }),
  mediaPort: port,
});

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
  status !== undefined && isSame(status, next);

/** Whether they say the same, in whatever order. Not by their JSON: every reconcile compares, and mostly finds nothing. */
const isSame = (a: LiveRoomStatus, b: LiveRoomStatus): boolean => contains(a, b) && contains(b, a);
