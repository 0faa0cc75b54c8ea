/** `say`, but not again before `everyMs` have passed: for what would otherwise be said each second. */
export function seldom<What extends readonly unknown[]>(
  say: (...what: What) => void,
  everyMs: number,
  now: () => number,
): (...what: What) => void {
  let saidAtMs = Number.NEGATIVE_INFINITY;
  return (...what) => {
    if (now() - saidAtMs < everyMs) return;
    saidAtMs = now();
    say(...what);
  };
}
