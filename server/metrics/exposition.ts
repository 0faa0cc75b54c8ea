/** The text that a scrape gets. */
import { Counter, type OpenMetricsContentType, type PrometheusContentType, Registry } from 'prom-client';

/** Of both formats: it tells either, and takes metrics with exemplars. */
export type MetricsRegistry = Registry<OpenMetricsContentType | PrometheusContentType>;

export function metricsRegistry(constLabels: Readonly<Record<string, string>>): MetricsRegistry {
  const registry: MetricsRegistry = new Registry<OpenMetricsContentType | PrometheusContentType>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  registry.setDefaultLabels({ ...constLabels });
  return registry;
}

export type Format = 'text' | 'openMetrics';

export interface Exposition {
  readonly contentType: string;
  readonly body: string;
}

export interface ExpositionOptions {
  /** Called before families are read. */
  readonly before: () => Promise<void>;
  readonly after: () => void;
  /** A family that cannot be read; the others are told all the same. */
  readonly onFailure: (error: unknown) => void;
  /** Monotonic milliseconds. */
  readonly nowMs: () => number;
  /** For so long a text is handed to whoever asks next. */
  readonly reuseMs: number;
}

/**
 * What the registry holds, in either format. However many ask, one text of each format is made at a time, and then given
 * to all of them, so that a flood of scrapes costs what a few do.
 */
export function exposition(
  registry: MetricsRegistry,
  options: ExpositionOptions,
): (format: Format) => Promise<Exposition> {
  const made = new Map<Format, { readonly text: Promise<Exposition>; freshUntilMs: number }>();
  let turn: Promise<unknown> = Promise.resolve();
  const make = async (format: Format): Promise<Exposition> => {
    await options.before();
    const contentType = format === 'text' ? Registry.PROMETHEUS_CONTENT_TYPE : Registry.OPENMETRICS_CONTENT_TYPE;
    registry.setContentType(contentType);
    const body = await text(registry, format, options.onFailure);
    // Metrics with exemplars can be made in this state only.
    registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    options.after();
    return { contentType, body };
  };
  return (format) => {
    const known = made.get(format);
    if (known !== undefined && options.nowMs() < known.freshUntilMs) return known.text;
    const next = { text: turn.then(() => make(format)), freshUntilMs: Number.POSITIVE_INFINITY };
    made.set(format, next);
    turn = next.text
      .finally(() => {
        next.freshUntilMs = options.nowMs() + options.reuseMs;
      })
      .catch(() => undefined);
    return next.text;
  };
}

async function text(registry: MetricsRegistry, format: Format, onFailure: (error: unknown) => void): Promise<string> {
  const families: string[] = [];
  for (const metric of registry.getMetricsAsArray()) {
    const { name } = metric;
    try {
      // In OpenMetrics `_total` belongs to the samples. prom-client's own way takes it from the name and never gives it back.
      if (format === 'openMetrics' && metric instanceof Counter) metric.name = name.replace(/_total$/, '');
      families.push(await registry.getSingleMetricAsString(name));
    } catch (error) {
      onFailure(error);
    } finally {
      metric.name = name;
    }
  }
  return format === 'text' ? `${families.join('\n\n')}\n` : `${families.join('\n')}\n# EOF\n`;
}
