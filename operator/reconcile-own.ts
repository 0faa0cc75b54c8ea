import { appName } from '#crds/contract.ts';
import { isOurs } from './build/labels.ts';
import { ownMonitoring } from './build/own-monitoring.ts';
import type { Cluster } from './cluster/cluster.ts';
import { ownKey } from './cluster/keys.ts';
import type { Outcome } from './cluster/queue/outcome.ts';
import type { Config } from './config.ts';
import type { Log } from './log.ts';
import type { Monitoring } from './room/monitoring.ts';

export interface OwnDependencies {
  readonly cluster: Cluster;
  readonly config: Config;
  readonly monitoring: Monitoring;
  readonly log: Log;
}

/** The Service is not ours, so nothing tells when it comes. */
const noServiceAgainMs = 60_000;

/** Has the operator itself monitored, where it was installed with a Service. `namespace` is where that is. */
export async function reconcileOwn(
  namespace: string | undefined,
  { cluster, config, monitoring, log }: OwnDependencies,
): Promise<Outcome> {
  const isServed = Object.values(cluster.monitoringKinds()).includes(true);
  if (namespace === undefined || !isServed) return { kind: 'done' };
  const metadata = { name: appName.operator, namespace };
  const service = await cluster.read({ apiVersion: 'v1', kind: 'Service', metadata });
  if (service === undefined) return { kind: 'done', againInMs: noServiceAgainMs };
  const owned = cluster.monitorsOf(ownKey).filter((object) => object.metadata.namespace === namespace);
  const { isNews, againInMs } = await monitoring.settle(ownKey, ownMonitoring(service, config), {
    owner: 'Operator',
    owned,
    isOurs,
  });
  if (isNews) for (const { message, kind } of monitoring.problems(ownKey)) log.warn(message, { kind });
  return { kind: 'done', ...(againInMs !== undefined && { againInMs }) };
}
