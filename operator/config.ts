import type { podSettings } from '#crds/contract.ts';
import type { LiveRoomSpec } from '#crds/liveroom.ts';
import type { ElectionTiming } from './cluster/lease/lease-hold.ts';
import type { SpecDefaults } from './spec-defaults.ts';

/** What is set once per cluster, in the chart. */
export interface Config {
  /** Rooms whose label `liveroom.dev/operator` is this are this operator's; absent, those without that label. */
  readonly id?: string;
  /** The namespaces that the operator looks at; absent, all. */
  readonly namespaces?: readonly string[];
  /** What rooms get where their spec is silent. */
  readonly defaults?: SpecDefaults;
  /** Base URL behind which `/<namespace>/<room>/…` reaches the room's Service, without a trailing slash. */
  readonly publicURL?: string;
  readonly images: { readonly sfu: string };
  /** How many rooms at a time get a new pod without somebody having edited them: another configuration, a cordoned node. */
  readonly rollouts: { readonly maxConcurrent: number };
  /** UDP ports of the nodes, both included. */
  readonly hostPorts: { readonly from: number; readonly to: number };
  /** How many requests the operator makes to the API server, watches and renewals of its Lease excepted. */
  readonly apiRequests: { readonly perSecond: number; readonly burst: number };
  /** How long it takes until another replica acts in place of one that is not heard of. */
  readonly leaderElection: ElectionTiming;
  readonly networkPolicy: {
    readonly mode: 'Enabled' | 'Disabled';
    /** Who may reach the internal port of pods besides pods and operators, as peers of a NetworkPolicy; empty: all pods. */
    readonly internalFrom: readonly object[];
  };
  readonly monitoring: {
    readonly labels: Readonly<Record<string, string>>;
    readonly interval: string;
    /** Whether pods carry `prometheus.io/…`, for clusters without the Prometheus Operator. */
    readonly scrapeAnnotations: 'Disabled' | 'Enabled';
    /** Base URL of a copy of this source tree, whose docs/runbooks alerts point to; without a trailing slash. */
    readonly runbookURL?: string;
  };
  /** Where pods send traces, for what a room's own `spec.tracing` leaves out. */
  readonly tracing?: NonNullable<LiveRoomSpec['tracing']>;
  /** Settings of the server in all pods, as environment. A change waits in each room until nobody publishes. */
  readonly podEnv?: Readonly<Partial<Record<(typeof podSettings)[number], string>>>;
}
