/** `say`, but not again before `everyMs` have passed: for what would otherwise be said each second. */
export function seldom(say: (text: string) => void, everyMs: number, now: () => number): (text: string) => void {
  let saidAtMs = Number.NEGATIVE_INFINITY;
  return (text) => {
    if (now() - saidAtMs < everyMs) return;
    saidAtMs = now();
    say(text);
  };
}
