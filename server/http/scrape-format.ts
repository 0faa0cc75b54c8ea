import type { Format } from '../metrics/family-text.ts';

/**
 * The format that a scraper likes best, by its `Accept` header (RFC 9110 section 12.5.1). The text format, unless
 * OpenMetrics is named, and not liked less.
 */
export function scrapeFormat(accept = ''): Format {
  const ranges = accept.split(',').map((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
    return { type, quality: quality === undefined ? 1 : Number(quality) || 0 };
  });
  const best = (type: string) =>
    Math.max(0, ...ranges.filter((range) => range.type === type).map(({ quality }) => quality));
  const openMetrics = best('application/openmetrics-text');
  return openMetrics > 0 && openMetrics >= best('text/plain') ? 'openMetrics' : 'text';
}
