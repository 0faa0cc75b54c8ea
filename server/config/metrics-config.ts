import { serverMetric } from '#crds/metrics.ts';
import type { MetricsConfig } from '../metrics/metrics.ts';
import { ConfigError } from './config-error.ts';

/** Where each text comes from, and the text itself where it is given. */
export interface MetricsTexts {
  readonly prefix: readonly [name: string, text: string | undefined];
  /** `name=value,name=value` */
  readonly constLabels: readonly [name: string, text: string | undefined];
  /** `on` or `off` */
  readonly defaults: readonly [name: string, text: string | undefined];
}

/** Less than the shortest interval that anybody scrapes at. */
const reuseMs = 250;

/** Reads the three. Throws a {@link ConfigError} that says which cannot be used. */
export const metricsConfig = ({ prefix, constLabels, defaults }: MetricsTexts): MetricsConfig => ({
  prefix: prefixOf(...prefix),
  constLabels: labelsOf(...constLabels),
  hasDefaults: isOn(...defaults),
  reuseMs,
});

function prefixOf(name: string, text = ''): string {
  if (!/^([a-zA-Z_][a-zA-Z0-9_]*)?$/.test(text))
    throw new ConfigError(`${name} must begin the name of a metric, such as acme_, not ${text}`);
  return text;
}

/** `le` tells the buckets of histograms apart. */
const taken = new Set(['le', ...Object.values(serverMetric).flatMap(({ labels }) => Object.keys(labels))]);

function labelsOf(name: string, text = ''): Readonly<Record<string, string>> {
  const pairs = text.split(',').filter((pair) => pair.trim() !== '');
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, label = '', value = ''] = /^\s*([a-zA-Z_][a-zA-Z0-9_]*)=(.*?)\s*$/.exec(pair) ?? [];
      if (label === '') throw new ConfigError(`${name} must be labels, such as cluster=east,team=video, not ${text}`);
      if (label.startsWith('__') || taken.has(label))
        throw new ConfigError(`${name} cannot have the label ${label}: metrics have it already.`);
      return [label, value];
    }),
  );
}

function isOn(name: string, text = 'on'): boolean {
  if (text !== 'on' && text !== 'off') throw new ConfigError(`${name} must be on or off, not ${text}`);
  return text === 'on';
}
