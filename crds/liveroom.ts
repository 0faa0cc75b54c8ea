import type { group } from './contract.ts';
import type { specSchema } from './schema.ts';
import type { Static } from './static.ts';
import type { statusSchema } from './status-schema.ts';

/** The LiveRoom as the API server stores it, and the words of its conditions. */

export const apiVersion = 'v1alpha1';
export const kind = 'LiveRoom';
export const plural = 'liverooms';

export type LiveRoomSpec = Static<typeof specSchema>;
export type LiveRoomStatus = Static<typeof statusSchema>;
export type Condition = NonNullable<LiveRoomStatus['conditions']>[number];

/** Metadata as far as we read it. */
export interface RoomMetadata {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly generation: number;
  readonly resourceVersion: string;
  readonly creationTimestamp: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface LiveRoom {
  readonly apiVersion: `${typeof group}/${typeof apiVersion}`;
  readonly kind: typeof kind;
  readonly metadata: RoomMetadata;
  readonly spec: LiveRoomSpec;
  readonly status?: LiveRoomStatus;
}

/** Condition types with the reasons that each can have. Stable: people wait for them and alert on them. */
export const conditionReasons = {
  /** The spec can be used. */
  Accepted: [
    'Accepted',
    'InvalidSecretRef',
    'NameConflict',
    'PortRangeExhausted',
    'QuotaExceeded',
    'PermissionMissing',
  ],
  /** The origin pod is ready and has an address. */
  OriginReady: [
    'OriginReady',
    'PodPending',
    'Unschedulable',
    'NoFreePorts',
    'ImagePullFailed',
    'CrashLooping',
    'PodInvalid',
    'AddressUnknown',
    'QuotaExceeded',
    'PodSecurityForbidden',
    'PermissionMissing',
    'Suspended',
  ],
  /** Clients reach the media address: one has. */
  MediaReachable: [
    'MediaReachable',
    'NoClientConnected',
    'PrivateAddressOnly',
    'ClientsCannotConnect',
    'AddressUnknown',
  ],
  /** The URLs reach a ready pod. */
  EndpointReady: [
    'EndpointReady',
    'HostMissing',
    'GatewayAPINotInstalled',
    'RouteRejected',
    'NameConflict',
    'QuotaExceeded',
    'TLSSecretMissing',
    'NoReadyPod',
    'WaitingForIngress',
    'PermissionMissing',
  ],
  /** An encoder is connected and sends media. */
  Publishing: ['Publishing', 'NoPublisher', 'Reconnecting', 'NoMedia', 'StatsUnavailable'],
  /** The monitoring objects exist and a Prometheus selects them. */
  MonitoringReady: [
    'MonitoringReady',
    'Disabled',
    'CRDsNotInstalled',
    'NotSelected',
    'NamespaceNotSelected',
    'MonitorRejected',
    'RuleRejected',
    'Removed',
    'SelectionUnknown',
    'NameConflict',
    'QuotaExceeded',
    'PermissionMissing',
  ],
  /** A roll-out is under way. */
  Progressing: [
    'RolloutComplete',
    'RollingOut',
    'RolloutStuck',
    'WaitingForIdle',
    'WaitingForTurn',
    'NotAccepted',
    'Suspended',
    'Paused',
  ],
  /** Pods that are being deleted wait for the publisher or viewers to leave. */
  Draining: ['Draining', 'NotDraining', 'StatsUnavailable'],
  /** All that a client needs: Accepted, OriginReady and EndpointReady. */
  Ready: ['Ready'],
} as const;

export type ConditionType = keyof typeof conditionReasons;
