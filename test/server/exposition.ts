/** The text formats, read as strictly as a scraper reads them. */

export interface ReadFamily {
  readonly type: string;
  readonly help: string;
  readonly samples: readonly ReadSample[];
}

export interface ReadSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  readonly exemplar?: string;
}

const suffixes: Readonly<Record<string, readonly string[]>> = {
  counter: ['_total'],
  gauge: [''],
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['', '_sum', '_count'],
};

/**
 * Families by their names; in OpenMetrics a counter's has no `_total`. Throws what a parser would refuse: a sample that
 * belongs to no family or stands twice, a number that is none, an end that is missing.
 */
export function readExposition(text: string, format: 'text' | 'openMetrics'): ReadonlyMap<string, ReadFamily> {
  const families = new Map<string, { type: string; help: string; samples: ReadSample[] }>();
  const lines = text.split('\n');
  if (lines.pop() !== '') throw new Error('the last line does not end');
  if (format === 'openMetrics' && lines.pop() !== '# EOF') throw new Error('there is no # EOF');
  let now = { name: '', type: '', help: '', samples: [] as ReadSample[] };
  const seen = new Set<string>();
  for (const line of lines) {
    const [, keyword, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (keyword === 'HELP') {
      if (families.has(name)) throw new Error(`${name} stands twice`);
      now = { name, type: '', help: rest, samples: [] };
      families.set(name, now);
    } else if (keyword === 'TYPE') {
      if (name !== now.name) throw new Error(`the type of ${name} stands in ${now.name}`);
      now.type = rest;
    } else if (line !== '' || format === 'openMetrics') now.samples.push(sampleOf(line, now, { seen, format }));
  }
  return families;
}

function sampleOf(
  line: string,
  { name: family, type }: { readonly name: string; readonly type: string },
  { seen, format }: { readonly seen: Set<string>; readonly format: string },
): ReadSample {
  const [, name = '', inBraces = '', number = '', exemplar] =
    /^([a-zA-Z_:][\w:]*)(?:\{(.*?)\})? (\S+)( # \{.*\} \S+ \S+)?$/.exec(line) ?? [];
  const allowed = format === 'text' && type === 'counter' ? [''] : (suffixes[type] ?? []);
  if (!allowed.some((suffix) => name === `${family}${suffix}`)) throw new Error(`not of ${type} ${family}: ${line}`);
  const pairs = [...inBraces.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"(?:,|$)/g)];
  if (pairs.map(([whole]) => whole).join('') !== inBraces) throw new Error(`labels: ${line}`);
  const value = number === '+Inf' ? Number.POSITIVE_INFINITY : Number(number);
  if (Number.isNaN(value) && !/^nan$/i.test(number)) throw new Error(`no number: ${line}`);
  if (seen.has(`${name}{${inBraces}}`)) throw new Error(`twice: ${line}`);
  seen.add(`${name}{${inBraces}}`);
  const labels = Object.fromEntries(pairs.map(([, label = '', text = '']) => [label, text]));
  return { name, labels, value, ...(exemplar !== undefined && { exemplar }) };
}
