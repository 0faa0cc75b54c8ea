import { annotation } from '#crds/contract.ts';
import type { LiveRoom } from '#crds/liveroom.ts';
import { roomKey } from '../cluster/keys.ts';

export type TokensSeen = ReturnType<typeof tokensSeen>;

/** Secrets are not watched: what was found in one is believed for so long. */
export const believedMs = 600_000;

/** And for so long while a pod goes on saying that it has no token. */
export const doubtedMs = 60_000;

interface Look {
  readonly uid: string;
  readonly generation: number | undefined;
  readonly asked: string | undefined;
  /** What the room's pods said that they lack. */
  readonly lacking: string;
  readonly atMs: number;
}

type Standing = 'Unmet' | 'Doubtful' | 'Sound';

/**
 * For which rooms all tokens were there when last looked at, so that not every look at a room is one at its Secrets.
 * That one has gone since, its pods say: `lacking` names each of them with what it lacks, and is empty when none lacks
 * anything.
 *
 *     Unmet ── made ──────────────► Sound      believed: nothing is asked for
 *       │                           ▲  │ time, an edit, what a pod says
 *       │                looked at  │  ▼
 *       └── the name was taken ──► Doubtful    looked at, and made only if it is not there
 *
 * What an earlier operator found is in the room's status: with one, a room is Sound from the start if it was accepted
 * as it is, and else Doubtful. Without one it is Unmet until this operator meets it, however long its status takes.
 */
export function tokensSeen(now: () => number) {
  const seen = new Map<string, Look>();

  function note(room: LiveRoom, lacking?: string): void {
    const { uid, generation } = room.metadata;
    const atMs = lacking === undefined ? Number.NEGATIVE_INFINITY : now();
    seen.set(roomKey(room), { uid, generation, asked: askedFor(room), lacking: lacking ?? '', atMs });
  }

  return {
    /** That all are there; without `lacking`, only that they have been met, whatever was found. */
    note,
    forget: (key: string): unknown => seen.delete(key),
    /** How they stand, given what the room's pods say that they lack. */
    standing(room: LiveRoom, lacking: string): Standing {
      const key = roomKey(room);
      if (!seen.has(key) && wasAccepted(room) && askedFor(room) === undefined) note(room, '');
      const { uid, generation } = room.metadata;
      const last = seen.get(key);
      if (last?.uid !== uid) return room.status?.conditions === undefined ? 'Unmet' : 'Doubtful';
      if (last.generation !== generation || last.asked !== askedFor(room)) return 'Doubtful';
      // The next that one lacks is news again.
      if (lacking === '') seen.set(key, { ...last, lacking });
      else if (last.lacking !== lacking) return 'Doubtful';
      return now() - last.atMs < (lacking === '' ? believedMs : doubtedMs) ? 'Sound' : 'Doubtful';
    },
  };
}

/** What somebody wrote to have the Secrets looked at now. */
const askedFor = ({ metadata: { annotations } }: LiveRoom): string | undefined => annotations?.[annotation.renewTokens];

/** A spec is accepted when its tokens are there. */
const wasAccepted = ({ metadata: { generation }, status }: LiveRoom): boolean =>
  status?.conditions?.some(
    ({ type, status: is, observedGeneration }) =>
      type === 'Accepted' && is === 'True' && observedGeneration === generation,
  ) === true;
