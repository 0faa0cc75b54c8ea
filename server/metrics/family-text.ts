/**
 * A family as text. prom-client could write it, but takes longer, and writes OpenMetrics only after taking
 * `_total` from a counter's name for good, so that one registry cannot be told in both formats.
 */

/** What prom-client's metrics are made of, by the method that they have for this. */
export interface TellingMetric {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  get(): Promise<{ readonly values: readonly Sample[] }>;
  /** Of histograms: with the labels that all of a series' buckets share apart, instead of copied into each. */
  getForPromString?(): Promise<{ readonly values: readonly Sample[] }>;
}

type Labels = Readonly<Record<string, string | number>>;

interface Sample {
  readonly value: number;
  readonly labels?: Labels;
  readonly sharedLabels?: Labels;
  readonly metricName?: string;
  readonly exemplar?: { readonly labelSet: Labels; readonly value: number; readonly timestamp: number } | null;
}

export type Format = 'text' | 'openMetrics';

/** `constLabels` are on each series, unless it has one of that name itself. */
export async function familyText(metric: TellingMetric, format: Format, constLabels: Labels): Promise<string> {
  const isOpenMetrics = format === 'openMetrics';
  const isCounter = metric.type === 'counter';
  const { values } = await (metric.getForPromString?.() ?? metric.get());
  // In OpenMetrics `_total` belongs to the samples, not to the family.
  const family = isOpenMetrics && isCounter ? metric.name.replace(/_total$/, '') : metric.name;
  const name = isOpenMetrics && isCounter ? `${family}_total` : family;
  const help = isOpenMetrics ? escaped(metric.help) : metric.help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  const shared = new Map<Labels | undefined, string>();
  const sharedText = (labels: Labels | undefined) => {
    const known = shared.get(labels);
    if (known !== undefined) return known;
    const text = labelsText({ ...constLabels, ...labels });
    shared.set(labels, text);
    return text;
  };
  let text = `# HELP ${family} ${help}\n# TYPE ${family} ${metric.type}`;
  for (const { metricName = name, labels, sharedLabels, value, exemplar } of values) {
    const inBraces = sharedLabels ? joined(labelsText(labels), sharedText(sharedLabels)) : ownText(labels, constLabels);
    text += `\n${metricName}${inBraces && `{${inBraces}}`} ${number(value)}`;
    if (isOpenMetrics && exemplar)
      text += ` # {${labelsText(exemplar.labelSet)}} ${number(exemplar.value)} ${exemplar.timestamp}`;
  }
  return text;
}

const ownText = (labels: Labels | undefined, constLabels: Labels) =>
  labelsText({ ...labels, ...constLabels, ...labels });

const joined = (one: string, other: string) => (one && other ? `${one},${other}` : one || other);

function labelsText(labels: Labels = {}): string {
  let text = '';
  for (const label in labels) text += `${text && ','}${label}="${escaped(String(labels[label]))}"`;
  return text;
}

const escaped = (text: string) =>
  /[\\"\n]/.test(text) ? text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"') : text;

const number = (value: number) => {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
};
