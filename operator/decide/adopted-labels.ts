import type { KubeObject, Prometheus } from '../kube.ts';
import { unmet } from './label-selector.ts';
import { selectorsFor } from './selection.ts';

type Labels = Readonly<Record<string, string>>;

/**
 * Labels that an object of ours gets so that it is selected, besides those that it is to have anyway. Where there is one
 * Prometheus alone and one label is all that it asks for, there is nothing to choose. A label that was once given stays
 * for as long as somebody asks for it: with a second Prometheus there is something to choose, and the first must not lose
 * what it reads. While it is not known who reads, everything stays. It does not count what was given before: objects that
 * were made at different times would be selected or not by their age.
 */
export function adoptedLabels(
  { kind, metadata }: KubeObject,
  live: KubeObject | undefined,
  prometheuses: readonly Prometheus[] | undefined,
): Labels {
  const given = metadata.labels ?? {};
  const has = { ...live?.metadata.labels, ...given };
  const extra = Object.entries(has).filter(([key]) => given[key] === undefined);
  if (prometheuses === undefined) return Object.fromEntries(extra);
  const selectors = prometheuses
    .map((one) => selectorsFor(one, kind))
    .filter((found) => found !== undefined)
    .map(({ ofObject }) => ofObject);
  const kept = Object.fromEntries(
    extra.filter(([key, value]) => selectors.some((selector) => selector?.matchLabels?.[key] === value)),
  );
  const [only, ...others] = selectors;
  if (only === undefined || others.length > 0) return kept;
  const [lack, ...more] = unmet(only, given);
  // Another value of it is somebody's choice, or was ours: then it goes first.
  if (lack?.wanted === undefined || more.length > 0 || has[lack.key] !== undefined) return kept;
  return { ...kept, [lack.key]: lack.wanted };
}
