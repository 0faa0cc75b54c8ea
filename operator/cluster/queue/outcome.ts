/** What to do with a key whose work has returned. */
export type Outcome =
  | { readonly kind: 'done' /** Again then, even if nothing happens. */; readonly againInMs?: number }
  /** Again at once, for things have changed under it; if that does not help, after the key's back-off. */
  | { readonly kind: 'again' }
  /** Again after the key's own back-off, and not before `atLeastMs`; sooner if something happens to it, unless `isHeld`. */
  | { readonly kind: 'backoff'; readonly atLeastMs?: number; readonly isHeld?: true };

/** Why the work on a key was told to end. */
export class TooLong extends Error {
  constructor(timeoutMs: number) {
    super(`gave up after ${timeoutMs / 1000} s`);
    this.name = 'TooLong';
  }
}
