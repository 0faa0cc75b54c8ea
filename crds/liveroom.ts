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
  Accepted: [
    'Accepted',
    'InvalidSecretRef',
    'KeysMissing',
    'NameConflict',
    'PortRangeExhausted',
    'QuotaExceeded',
    'ObjectRejected',
    'PermissionMissing',
  ],
  OriginReady: [
    'OriginReady',
    'PodPending',
    'Unschedulable',
    'NoFreePorts',
    'ImagePullFailed',
    'CrashLooping',
    'PodInvalid',
    'PodRejected',
    'AddressUnknown',
    'WaitingForLoadBalancer',
    'QuotaExceeded',
    'PodSecurityForbidden',
    'PermissionMissing',
    'Suspended',
  ],
  MediaReachable: [
    'MediaReachable',
    'NoClientConnected',
    'PrivateAddressOnly',
    'ClientsCannotConnect',
    'AddressUnknown',
  ],
  EndpointReady: [
    'EndpointReady',
    'HostMissing',
    'GatewayAPINotInstalled',
    'RouteRejected',
    'NameConflict',
    'QuotaExceeded',
    'TLSSecretMissing',
    'NoReadyPod',
    'WaitingForLoadBalancer',
    'WaitingForIngress',
    'PermissionMissing',
  ],
  Publishing: ['Publishing', 'NoPublisher', 'Reconnecting', 'NoMedia', 'StatsUnavailable'],
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
    'ObjectRejected',
    'PermissionMissing',
  ],
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
  Draining: ['Draining', 'NotDraining', 'StatsUnavailable'],
  Ready: ['Ready'],
} as const;

export type ConditionType = keyof typeof conditionReasons;

/** When each of them is True, for the reference. */
export const conditionMeanings: Readonly<Record<ConditionType, string>> = {
  Accepted: 'the spec can be used',
  OriginReady: 'the origin pod is ready and has an address',
  MediaReachable: 'a client has reached the media address; Unknown until one has tried',
  EndpointReady: 'the URLs lead to a ready pod',
  Publishing: 'an encoder is connected and sends media',
  MonitoringReady: 'the monitoring objects exist and a Prometheus selects them',
  Progressing: 'a pod is being brought up or replaced; False when that is over, waits, or cannot go on',
  Draining: 'pods that are being deleted wait for the publisher or viewers to leave',
  Ready:
    'Accepted, OriginReady and EndpointReady are True; else one that is False gives its reason, or else one that is Unknown',
};
