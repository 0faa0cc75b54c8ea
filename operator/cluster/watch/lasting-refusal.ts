import { isStatus } from '../client/api-error.ts';

export interface LastingRefusalOptions {
  /** An API server that starts refuses everybody for a moment: only what lasts is a permission that is missing. */
  readonly afterMs: number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** What is said of it has changed. */
  readonly onTurn?: (() => void) | undefined;
}

/** Why a collection may not be looked at, if it is refused for want of a permission, again and again. */
export function lastingRefusal({ afterMs, now, onTurn = () => {} }: LastingRefusalOptions) {
  let sinceMs: number | undefined;
  let told: string | undefined;

  function tell(words: string | undefined): void {
    if (words === told) return;
    told = words;
    onTurn();
  }

  return {
    /** In the API server's words; undefined while it may be looked at, for all that is known. */
    words: () => told,
    /** It was not to be had, for this reason or another. */
    note(error: unknown): void {
      if (isStatus(error, 403)) {
        sinceMs ??= now();
        if (now() - sinceMs >= afterMs) tell(error.message);
      } else if (told === undefined) sinceMs = undefined;
    },
    /** It is looked at. */
    end(): void {
      sinceMs = undefined;
      tell(undefined);
    },
  };
}
