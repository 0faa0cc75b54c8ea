/** The text that a scrape gets. */
import { type OpenMetricsContentType, type PrometheusContentType, Registry } from 'prom-client';
import { type Format, familyText, type TellingMetric } from './family-text.ts';

/** Of both formats: it tells either, and takes metrics with exemplars. */
export type MetricsRegistry = Registry<OpenMetricsContentType | PrometheusContentType>;

export function metricsRegistry(): MetricsRegistry {
  const registry: MetricsRegistry = new Registry<OpenMetricsContentType | PrometheusContentType>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  return registry;
}

export interface Exposition {
  readonly contentType: string;
  readonly body: string;
}

export interface ExpositionOptions {
  /** On each series. */
  readonly constLabels: Readonly<Record<string, string>>;
  /** Called before families are read. */
  readonly before: () => Promise<void>;
  readonly after: (body: string) => void;
  /** A family that cannot be read; the others are told all the same. */
  readonly onFailure: (error: unknown, family: string) => void;
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
    const body = await text(registry, format, options);
    options.after(body);
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

async function text(registry: MetricsRegistry, format: Format, options: ExpositionOptions): Promise<string> {
  const families: string[] = [];
  for (const metric of registry.getMetricsAsArray() as unknown as readonly TellingMetric[]) {
    try {
      families.push(await familyText(metric, format, options.constLabels));
    } catch (error) {
      options.onFailure(error, metric.name);
    }
  }
  return format === 'text' ? `${families.join('\n\n')}\n` : [...families, '# EOF\n'].join('\n');
}
