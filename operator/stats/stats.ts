import type { LiveRoom } from '#crds/liveroom.ts';
import type { PodStats } from '#crds/pod-stats.ts';
import type { Audience } from '../decide/seen.ts';
import { isBeingDeleted, type Pod } from '../kube.ts';
import { podAsker, type Question } from './ask-pod.ts';
import { audienceIn, type Heard, hasPeople, hear, unheard } from './heard.ts';
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
    const entry = heard.get(uid) ?? unheard();
    heard.set(uid, entry);
    const question = ++entry.asked;
    const beganMs = performance.now();
    const answer = await ask(pod, { signal: stopping.signal, isAskedSoon }).catch(() => undefined);
    onAsked?.({ tookMs: performance.now() - beganMs, failed: answer === undefined });
    if (hear(entry, question, answer) && !stopping.signal.aborted) onNews(pod);
  }

  function isLive(pod: Pod): boolean {
    // People are on those that are being deleted, too: they drain.
    if (isBeingDeleted(pod)) return true;
    const said = heard.get(uidOf(pod))?.said;
    if (said === undefined) return options.wasLive?.(pod) ?? false;
    return said !== 'Silent' && hasPeople(said);
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
    audience: (pod: Pod | undefined, room: LiveRoom): Audience => audienceIn(pod && heard.get(uidOf(pod))?.said, room),
    async stop(): Promise<void> {
      stopping.abort();
      await polled.finished;
      asker.stop();
    },
  };
}

const uidOf = (pod: Pod): string => pod.metadata.uid ?? '';
