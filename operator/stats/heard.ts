import type { LiveRoom } from '#crds/liveroom.ts';
import type { PodStats, RoomStats } from '#crds/pod-stats.ts';
import { isWorthShowing } from '../decide/audience.ts';
import { faring } from '../decide/media-reachable.ts';
import type { Audience } from '../decide/seen.ts';

/** One lost answer is no silence. */
const silentAfter = 3;

/** Undefined while there is nothing to go by. */
export type Said = PodStats | 'Silent' | undefined;

/**
 * What is known of one pod.
 *
 *     undefined ── an answer ──► PodStats ◄── an answer ──┐
 *         │                         │                     │
 *         └─────────────────────────┴── three without ──► Silent
 */
export interface Heard {
  /** The last answer; kept through failures until the pod counts as silent. */
  said: Said;
  /** How many questions were asked, and to which of them that answer is. */
  asked: number;
  answered: number;
  failures: number;
  /** What the last news was about. */
  told: Said;
}

export const unheard = (): Heard => ({ said: undefined, asked: 0, answered: 0, failures: 0, told: undefined });

/** Notes the answer to a question, by its number; undefined is none. Returns whether that is news, which it is once. */
export function hear(pod: Heard, question: number, answer: PodStats | undefined): boolean {
  // Who asked out of turn did so to know more than what was said before.
  if (question < pod.answered) return false;
  if (answer !== undefined) Object.assign(pod, { said: answer, answered: question, failures: 0 });
  else if (++pod.failures >= silentAfter) pod.said = 'Silent';
  if (!isNews(pod.told, pod.said)) return false;
  pod.told = pod.said;
  return true;
}

/** Whether a status shows the one otherwise than the other. */
function isNews(before: Said, after: Said): boolean {
  if (typeof before !== 'object' || typeof after !== 'object') return before !== after;
  if (before.rooms.length !== after.rooms.length || faring(before.clients) !== faring(after.clients)) return true;
  const was = new Map(before.rooms.map((room) => [`${room.namespace}/${room.name}`, room]));
  return after.rooms.some((room) => differs(was.get(`${room.namespace}/${room.name}`), room));
}

const differs = (before: RoomStats | undefined, after: RoomStats): boolean =>
  before === undefined ||
  before.publisher?.since !== after.publisher?.since ||
  before.publisherEndedAt !== after.publisherEndedAt ||
  before.publisher?.sendsMedia !== after.publisher?.sendsMedia ||
  before.tokensMissing?.join() !== after.tokensMissing?.join() ||
  isWorthShowing(before.subscribers, after.subscribers);

/** Whether people are on the pod. */
export const hasPeople = ({ rooms }: PodStats): boolean =>
  rooms.some((room) => room.publisher !== undefined || room.subscribers > 0);

/** What is said of one room. */
export function audienceIn(said: Said, { metadata: { namespace, name } }: LiveRoom): Audience {
  if (said === undefined) return 'Unasked';
  if (said === 'Silent') return said;
  const room = said.rooms.find((one) => one.namespace === namespace && one.name === name);
  const drainEndsMs = Date.parse(said.drainEndsAt ?? '');
  return {
    room,
    ...(said.clients && { clients: said.clients }),
    ...(Number.isFinite(drainEndsMs) && { drainEndsMs }),
  };
}
