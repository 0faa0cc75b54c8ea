/** The pods of a namespace to each other: whose a session is, and what passes between them. */
import { type Draw, draws } from '../draws.ts';
import type { Clock } from '../room/rooms.ts';
import type { PeerSeals } from './envelope.ts';
import { type Reception, reception } from './reception.ts';
import { type Seal, sealOf } from './seal.ts';
import { type Owner, ownerOf, plainSessionId, podMark, sealedSessionId } from './session-ids.ts';

export interface Peers {
  /** For a session of this pod. Without keys it says nothing of the pod. */
  newSessionId(): string;
  /** The other pod whose session it is or was; undefined where it can only be one of ours. */
  ownerOf(id: string): Owner | undefined;
  /** Whether that pod is known to be no more, so that its sessions are not either. */
  isGone(owner: Owner): boolean;
  /** Undefined without keys: then nothing is passed on, and nothing taken. */
  seals(): PeerSeals | undefined;
  /** Judges what another pod sent. */
  receive(envelope: string, method: string): Reception;
}

export interface PeersOptions {
  /** Of this pod; undefined where there are no others. */
  readonly podUid: string | undefined;
  /** Where others reach it. */
  readonly at: () => Pick<Owner, 'address' | 'port'>;
  /**
   * What pods of the namespace share: the first seals, any opens. The same list as long as they do not change; empty without
   * other pods.
   */
  readonly secrets: () => readonly string[];
  /** UIDs of the room's other pods; undefined where nobody says. */
  readonly others: () => readonly string[] | undefined;
  readonly clock: Pick<Clock, 'now'>;
}

export function peers({ podUid, at, secrets, others, clock }: PeersOptions): Peers {
  const draw = draws();
  const seals = sealsFor(secrets, draw);
  const pod = podMark(podUid ?? '');
  return {
    newSessionId: () => {
      const session = seals()?.session;
      return session === undefined ? plainSessionId(draw) : sealedSessionId({ ...at(), pod }, session);
    },
    ownerOf: (id) => {
      const session = seals()?.session;
      const owner = session && ownerOf(id, session);
      return owner?.pod === pod ? undefined : owner;
    },
    isGone: (owner) => others()?.every((uid) => podMark(uid) !== owner.pod) ?? false,
    seals,
    receive: reception({ pod, seals, clock }),
  };
}

type Seals = PeerSeals & { readonly session: Seal };

/** Keys are derived once. */
function sealsFor(secrets: () => readonly string[], draw: Draw): () => Seals | undefined {
  let of: readonly string[] = [];
  let made: Seals | undefined;
  return () => {
    const now = secrets();
    if (now === of) return made;
    of = now;
    const [session, request, answer] = (['session', 'request', 'answer'] as const).map((purpose) =>
      sealOf(now, purpose, draw),
    );
    made = session && request && answer && { session, request, answer };
    return made;
  };
}
