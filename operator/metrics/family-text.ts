import type { Family } from '#crds/metric-family.ts';

export type Label<F extends Family> = Extract<keyof F['labels'], string>;

/** One series: its labels and its value. */
export type Series<F extends Family> = readonly [labels: Readonly<Record<Label<F>, string>>, value: number];

/**
 * A family as a scrape gets it, from the series that there are now. Of thousands of rooms prom-client would keep each until
 * the next scrape, and take so long to write them that nothing else gets a turn meanwhile.
 */
export function familyText<const F extends Family>({ name, help, type }: F, series: Iterable<Series<F>>): string {
  // Our own helps: there is nothing in them that the format escapes.
  const lines = [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
  for (const [labels, value] of series) {
    const inBraces = labelsText(labels);
    lines.push(inBraces === '' ? `${name} ${value}` : `${name}{${inBraces}} ${value}`);
  }
  return lines.join('\n');
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  let text = '';
  // What JSON escapes of a text without control characters, this format does too.
  for (const label in labels) text += `${text && ','}${label}=${JSON.stringify(labels[label])}`;
  return text;
}
