import { query, type Sample } from '#local/monitoring/query.ts';
import type { Product } from './product.ts';

/** An alert as Prometheus has it. */
export interface Alert {
  readonly state: 'pending' | 'firing';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** A target that is scraped; `health` is `unknown` until the first scrape. */
export interface Target {
  readonly labels: Readonly<Record<string, string>>;
  readonly scrapeUrl: string;
  readonly health: 'up' | 'down' | 'unknown';
  readonly lastError: string;
}

/** An alerting or recording rule that is loaded. */
export interface Rule {
  readonly name: string;
  readonly query: string;
  readonly health: string;
  readonly lastError?: string;
}

/** The Prometheus of a product. */
export interface Monitored {
  /** What PromQL gives now. */
  query(promql: string): Promise<readonly Sample[]>;
  alerts(): Promise<readonly Alert[]>;
  targets(): Promise<readonly Target[]>;
  rules(): Promise<readonly Rule[]>;
}

/**
 * What the Prometheus of a product says. A real Prometheus Operator has configured it, from what our operator applied:
 *
 *     const product = await startProduct({ monitoring: { interval: '1s' } });
 *     const prometheus = monitored(product);
 *     await product.kube.apply(aRoom('a'));
 *     await eventually('its series', async () => (await prometheus.query('live_subscribers{room="a"}'))[0], 30_000);
 *
 * A new target takes Prometheus 5 to 10 s: wait with `eventually`. `monitoring` may also say which labels are selected
 * (`selects`), and whether the operator writes status bindings (`writesBindings`); a second Prometheus is
 * `kube.apply(prometheus('other', …))` of local/monitoring/objects.ts. Everything ends with `product.stop()`.
 */
export function monitored({ cluster: { monitoringURL = '' } }: Product): Monitored {
  const ask = async <T>(path: string): Promise<T> => {
    const response = await fetch(`${monitoringURL}/api/v1/${path}`);
    if (!response.ok) throw new Error(`Prometheus answers ${response.status} to ${path}: ${await response.text()}`);
    return ((await response.json()) as { data: T }).data;
  };
  return {
    query: (promql) => query(monitoringURL, promql),
    alerts: async () => (await ask<{ alerts: Alert[] }>('alerts')).alerts,
    targets: async () => (await ask<{ activeTargets: Target[] }>('targets?state=active')).activeTargets,
    rules: async () => (await ask<{ groups: { rules: Rule[] }[] }>('rules')).groups.flatMap(({ rules }) => rules),
  };
}
