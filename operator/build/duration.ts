const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** Milliseconds of a duration as the CRD allows it: `15s`, `1m30s`, `500ms`. */
export const durationMs = (text: string): number =>
  text
    .matchAll(/(\d+)(ms|s|m|h)/g)
    .reduce((sum, [, count, unit]) => sum + Number(count) * unitMs[unit as keyof typeof unitMs], 0);
