import { isStatus } from '../client/api-error.ts';

export interface LastingRefusalOptions {
  /** An API server that starts refuses everybody for a moment: only what lasts is a permission that is missing. */
  readonly afterMs: number;
  /** What is said of it has changed. */
  readonly onTurn?: (() => unknown) | undefined;
}

/** Why a collection may not be looked at, if it is refused for want of a permission, again and again. */
export function lastingRefusal({ afterMs, onTurn = () => {} }: LastingRefusalOptions) {
  let latest: string | undefined;
  let hasLasted = false;
  let timer: NodeJS.Timeout | undefined;

  /** Resolves to whether anything was said. */
  function reset(): boolean {
    const was = hasLasted;
    clearTimeout(timer);
    timer = undefined;
    latest = undefined;
    hasLasted = false;
    return was;
  }

  return {
    /** In the API server's words; undefined while it may be looked at, for all that is known. */
    words: () => (hasLasted ? latest : undefined),
    /** It was not to be had, for this reason or another. */
    note(error: unknown): void {
      if (!isStatus(error, 403)) return;
      const isOther = latest !== error.message;
      latest = error.message;
      timer ??= setTimeout(() => {
        hasLasted = true;
        onTurn();
      }, afterMs).unref();
      if (hasLasted && isOther) onTurn();
    },
    /** It is looked at. */
    end: (): void => void (reset() && onTurn()),
    stop: (): void => void reset(),
  };
}
