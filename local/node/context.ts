import type { KubeClient } from '#operator/cluster/client/client.ts';
import type { AddressPool } from './addresses.ts';
import type { LocalImages } from './command-line.ts';
import type { Report } from './events.ts';
import type { OpenHostPort } from './host-ports.ts';

/** What all pods of a node share. */
export interface NodeContext {
  readonly client: KubeClient;
  /** The node's own address: its pods' hostIP, and where their UDP clients seem to come from. */
  readonly address: string;
  readonly images: LocalImages;
  /** Below it each pod has a directory, named by its UID. */
  readonly directory: string;
  readonly pool: AddressPool;
  readonly openHostPort: OpenHostPort;
  /** Where pods find the API server. */
  readonly apiServer: { readonly host: string; readonly port: number };
  /** How long volumes may lag behind their sources when nothing about the pod itself changes, in ms. */
  readonly refreshEveryMs: number;
  /** The Node that `node` stands for in commands. */
  readonly nodeBinary: string;
  readonly report: Report;
  readonly now: () => number;
  readonly random: () => number;
  readonly log: (line: string) => void;
}
