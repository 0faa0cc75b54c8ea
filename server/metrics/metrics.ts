import { podMetric } from '#crds/pod-metrics.ts';
import { type Meter, meterOf } from '../meter.ts';
import type { Status } from '../observation/status.ts';
import { errorMetrics } from './errors.ts';
import { eventMetrics } from './events.ts';
import { type Exposition, exposition, type MetricsRegistry, metricsRegistry } from './exposition.ts';
import { families } from './families.ts';
import type { Format } from './family-text.ts';
import { forwardMetrics } from './forward.ts';
import { healthMetrics } from './health.ts';
import { httpMetrics } from './http.ts';
import { ingestMetrics } from './ingest.ts';
import { joinMetrics } from './joins.ts';
import { nodeMetrics } from './node.ts';
import { podMetrics, processMetrics } from './pod.ts';
import { roomMetrics } from './rooms.ts';
import { rtcpMetrics } from './rtcp.ts';
import { rtpMetrics } from './rtp.ts';
import { sessionMetrics } from './sessions.ts';

/** What an installation chooses. */
export interface MetricsConfig {
  /** Before each family's name. */
  readonly prefix: string;
  /** On each series. */
  readonly constLabels: Readonly<Record<string, string>>;
  /** Whether Node's own families are among them. */
  readonly hasDefaults: boolean;
  /** For so long what was seen, and the text made of it, is handed to whoever asks next. */
  readonly reuseMs: number;
}

export interface MetricsOptions extends MetricsConfig {
  /** Asked once for each text. */
  readonly look: () => Promise<Status>;
  /** Monotonic milliseconds. */
  readonly nowMs: () => number;
  /** A family that cannot be read is told once. */
  readonly onUnreadable: (family: string, error: unknown) => void;
  /**
   * For families of an embedder's own. The server's counters and histograms can be read and reset, and throw when others
   * count them. A reset takes nothing from what the media thread counts, which is read anew at each scrape.
   */
  readonly onMetrics?: (registry: MetricsRegistry) => void;
}

export interface Metrics {
  /** What happens is told to this. */
  readonly meter: Meter;
  /** All families, from one status read once, so that they agree with each other. */
  scrape(format: Format): Promise<Exposition>;
}

export function metrics({
  look,
  nowMs,
  onUnreadable,
  onMetrics,
  prefix,
  constLabels,
  hasDefaults,
  reuseMs,
}: MetricsOptions): Metrics {
  const registry = metricsRegistry();
  const make = families(registry, prefix);
  let last: Status | undefined;
  const seen = () => {
    if (last === undefined) throw new Error('metrics are collected by scrape() only');
    return last;
  };
  const meter = meterOf([
    roomMetrics(make, seen),
    sessionMetrics(make, seen),
    ...joinMetrics(make),
    ...httpMetrics(make, seen),
    eventMetrics(make),
    errorMetrics(make),
    ingestMetrics(make, seen),
  ]);
  rtpMetrics(make, seen);
  rtcpMetrics(make, seen);
  forwardMetrics(make, seen);
  podMetrics(make, seen);
  nodeMetrics(make, seen);
  healthMetrics(make, seen);
  const took = make.gauge(podMetric.scrapeTime);
  const size = make.gauge(podMetric.scrapeBytes);
  if (hasDefaults) processMetrics(make);
  onMetrics?.(registry);

  const unreadable = new Set<string>();
  let beganMs = 0;
  const scrape = exposition(registry, {
    constLabels,
    before: async () => {
      beganMs = nowMs();
      last = await look();
    },
    // What is told of a room that is gone has been told now.
    after: (body) => {
      make.keepOnly(new Set(last?.rooms.map(({ name }) => name)));
      took.set((nowMs() - beganMs) / 1000);
      size.set(Buffer.byteLength(body));
    },
    onFailure: (error, family) => {
      meter.failed('Metrics');
      if (!unreadable.has(family)) onUnreadable(family, error);
      unreadable.add(family);
    },
    nowMs,
    reuseMs,
  });
  return { meter, scrape };
}
