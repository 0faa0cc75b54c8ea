import type { LiveRoom } from '#crds/liveroom.ts';
import type { PodStats, RoomStats } from '#crds/pod-stats.ts';
import { isWorthShowing } from '../decide/audience.ts';
import { faring } from '../decide/media-reachable.ts';
import type { Audience } from '../decide/seen.ts';
import { isBeingDeleted, type Pod } from '../kube.ts';
import { podAsker, type Question } from './ask-pod.ts';
import { polling } from './polling.ts';
import type { Turn } from './whose-turn.ts';

export interface StatsOptions {
  readonly pods: () => Iterable<Pod>;
  /** What a status shows of this pod's rooms has changed. */
  readonly onNews: (pod: Pod) => void;
  /** How often each pod is asked, as far as `perSecond` allows. */
  readonly everyMs?: number;
  /** Questions to all pods together. */
  readonly perSecond?: number;
  /** Whether people were on a pod that has not been asked yet. */
  readonly wasLive?: (pod: Pod) => boolean;
  readonly ask?: (pod: Pod, question: Question) => Promise<PodStats>;
  /** Told of each question. */
  readonly onAsked?: (asked: { readonly tookMs: number; readonly failed: boolean }) => void;
}

/** One lost answer is no silence. */
const silentAfter = 3;

interface Heard {
  /** The last answer; kept through failures until the pod counts as silent. */
  stats: PodStats | 'Silent' | undefined;
  /** How many questions were asked, and to which of them that answer is. */
  asked: number;
  answered: number;
  failures: number;
  /** What the last news was about. */
  told: Told;
}

type Told = PodStats | 'Silent' | undefined;

/**
 * Asks the pods about their rooms, each in its turn, and keeps the answers in memory. Where there are more pods than may be
 * asked, those with people on them come first.
 */
export function stats(options: StatsOptions) {
  const asker = podAsker();
  const { pods, onNews, everyMs = 5_000, perSecond = 200, ask = asker.ask, onAsked } = options;
  const heard = new Map<string, Heard>();
  const stopping = new AbortController();
  let isAskedSoon = false;

  async function askOne(pod: Pod): Promise<void> {
    const uid = uidOf(pod);
    const entry = heard.get(uid) ?? { stats: undefined, asked: 0, answered: 0, failures: 0, told: undefined };
    heard.set(uid, entry);
    const question = ++entry.asked;
    const beganMs = performance.now();
    const said = await ask(pod, { signal: stopping.signal, isAskedSoon }).catch(() => undefined);
    onAsked?.({ tookMs: performance.now() - beganMs, failed: said === undefined });
    // Who asked out of turn did so to know more than what was said before.
    if (question < entry.answered) return;
    if (said !== undefined) Object.assign(entry, { stats: said, answered: question, failures: 0 });
    else if (++entry.failures >= silentAfter) entry.stats = 'Silent';
    if (stopping.signal.aborted || !isNews(entry.told, entry.stats)) return;
    entry.told = entry.stats;
    onNews(pod);
  }

  function isLive(pod: Pod): boolean {
    // People are on those that are being deleted, too: they drain.
    if (isBeingDeleted(pod)) return true;
    const said = heard.get(uidOf(pod))?.stats;
    if (said === undefined) return options.wasLive?.(pod) ?? false;
    return said !== 'Silent' && said.rooms.some((room) => room.publisher !== undefined || room.subscribers > 0);
  }

  function look(): readonly Turn<Pod>[] {
    const askable = [...pods()].filter((pod) => pod.status?.podIP !== undefined);
    // Where there are more, the connections of those that wait longer are not worth their memory.
    isAskedSoon = askable.length <= (perSecond * everyMs) / 1000;
    const uids = new Set(askable.map(uidOf));
    for (const uid of heard.keys()) if (!uids.has(uid)) heard.delete(uid);
    return askable.map((pod) => ({ id: uidOf(pod), isFirst: isLive(pod), value: pod }));
  }

  const polled = polling({ look, ask: askOne, everyMs, perSecond, signal: stopping.signal });

  return {
    /** Asks a pod out of turn: what it said last is seconds old. Never rejects. */
    askNow: polled.askNow,
    /** What the pod says of one room. */
    audience(pod: Pod | undefined, { metadata: { namespace, name } }: LiveRoom): Audience {
      const said = pod && heard.get(uidOf(pod))?.stats;
      if (said === undefined) return 'Unasked';
      if (said === 'Silent') return said;
      const room = said.rooms.find((one) => one.namespace === namespace && one.name === name);
      const drainEndsMs = Date.parse(said.drainEndsAt ?? '');
      return {
        room,
        ...(said.clients && { clients: said.clients }),
        ...(Number.isFinite(drainEndsMs) && { drainEndsMs }),
      };
    },
    async stop(): Promise<void> {
      stopping.abort();
      await polled.finished;
      asker.stop();
    },
  };
}

const uidOf = (pod: Pod): string => pod.metadata.uid ?? '';

function isNews(before: Told, after: Told): boolean {
  if (typeof before !== 'object' || typeof after !== 'object') return before !== after;
  if (before.rooms.length !== after.rooms.length || faring(before.clients) !== faring(after.clients)) return true;
  const was = new Map(before.rooms.map((room) => [`${room.namespace}/${room.name}`, room]));
  return after.rooms.some((room) => differs(was.get(`${room.namespace}/${room.name}`), room));
}

const differs = (before: RoomStats | undefined, after: RoomStats): boolean =>
  before === undefined ||
  before.publisher?.since !== after.publisher?.since ||
  before.publisher?.sendsMedia !== after.publisher?.sendsMedia ||
  before.tokensMissing?.join() !== after.tokensMissing?.join() ||
  isWorthShowing(before.subscribers, after.subscribers);
