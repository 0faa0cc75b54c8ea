import type { How } from '../watch/store.ts';

/**
 * How much somebody waits for it: Edit is what follows a change that was seen as it happened, Resync what lists show,
 * which may be old and is much at a time, and what comes again by the clock. What has failed stays what it was.
 */
export type Urgency = 'Edit' | 'Resync';

/** How urgent a change is, by how it came to be known. */
export const urgency: Readonly<Record<How, Urgency>> = { Listed: 'Resync', Watched: 'Edit' };

/** The greater of the two; that of the one, where there is no other. */
export const greater = (one: Urgency, other: Urgency | undefined): Urgency => (other === 'Edit' ? other : one);

/** The terms of a piece of work on a key. Whatever it asks of others, it asks on these. */
export interface Terms {
  readonly urgency: Urgency;
  /** Aborted when the work has taken too long, or has to end because the operator does. */
  readonly signal: AbortSignal;
}
