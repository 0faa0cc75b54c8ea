/** Which requests of other pods are taken: those that were made for this pod, just now, and not yet taken. */
import type { TakenOver } from '../meter.ts';
import type { Clock } from '../room/rooms.ts';
import { answerProof, type Headers, openedHead, type PeerSeals } from './envelope.ts';
import { firstOf } from './nonces.ts';

/** Clocks of nodes may differ by so much, the way included. */
const goodForMs = 30_000;

export interface Taken {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly client: string;
}

/** `Forged`: nothing is known of who asks, who is told nothing. Others know that we have read it, by `proof`. */
export type Reception =
  | { readonly result: 'Taken'; readonly proof: string; readonly request: Taken }
  | { readonly result: 'Forged' }
  | { readonly result: Exclude<TakenOver, 'Taken' | 'Forged'>; readonly proof: string };

export interface ReceptionOptions {
  /** This pod; see `podMark`. */
  readonly pod: string;
  readonly seals: () => PeerSeals | undefined;
  readonly clock: Pick<Clock, 'now'>;
}

/** Judges an envelope that came with a request of that method. */
export function reception({ pod, seals, clock }: ReceptionOptions): (text: string, method: string) => Reception {
  // From when the sender's clock is ahead until it would be as far behind.
  const isFirst = firstOf(2 * goodForMs, clock);
  return (text, method) => {
    const now = seals();
    const opened = now && openedHead(text, now);
    if (now === undefined || opened === undefined || opened.head.method !== method) return { result: 'Forged' };
    const { head, nonce } = opened;
    const proof = answerProof(nonce, now);
    if (head.to !== pod) return { result: 'Misdirected', proof };
    if (Math.abs(clock.now() - head.atMs) > goodForMs) return { result: 'Stale', proof };
    if (!isFirst(nonce)) return { result: 'Repeated', proof };
    const { path, headers, client } = head;
    return { result: 'Taken', proof, request: { method, path, headers, client } };
  };
}
