import { isReady, type Pod } from '../kube.ts';
import { no, unknown, type Verdict, yes } from './finding.ts';
import type { Audience, DrainingPod, Seen } from './seen.ts';

/** Whether pods that are being deleted wait for somebody to leave. One that nobody is on closes, and is no news. */
export function draining({ draining: pods, room }: Seen): Verdict<'Draining'> {
  const waiting = pods.filter(({ audience }) => headcount(audience) > 0);
  if (waiting.length > 0) return yes('Draining', waitingMessage(waiting));
  const before = room.status?.conditions?.find(({ type }) => type === 'Draining');
  if (before?.status === 'True' && pods.some(({ audience }) => audience === 'Unasked'))
    return before as Verdict<'Draining'>;
  const silent = pods.find(({ audience }) => audience === 'Silent');
  return silent === undefined
    ? no('NotDraining', 'No pod waits for viewers to leave.')
    : unknown(
        'StatsUnavailable',
        `Pod ${silent.pod.metadata.name} is being deleted and does not answer on its internal port, so it is not known whether viewers are on it.`,
      );
}

function waitingMessage(waiting: readonly DrainingPod[]): string {
  const viewers = waiting.reduce((sum, { audience }) => sum + subscribersIn(audience), 0);
  const who = [
    ...(waiting.some(({ audience }) => publisherIn(audience) !== undefined) ? ['the publisher'] : []),
    ...(viewers === 0 ? [] : [viewers === 1 ? '1 viewer' : `${viewers} viewers`]),
  ];
  const pods = waiting.length === 1 ? '1 pod waits' : `${waiting.length} pods wait`;
  return `${pods} for ${who.join(' and ')} to leave, until ${rfc3339(Math.max(...waiting.map(({ endsMs }) => endsMs)))}.`;
}

/**
 * When a pod that is being deleted closes, in ms: its server waits no longer than the drain timeout that it had then, and
 * its kubelet no longer than the grace period, whose end is the time of deletion. One that has not said when that is began
 * with the timeout of the spec, for all that is known.
 */
export function drainEndsMs({ metadata }: Pod, audience: Audience, drainTimeoutMs: number): number {
  const killedMs = Date.parse(metadata.deletionTimestamp ?? '');
  const { deletionGracePeriodSeconds: graceSeconds = 0 } = metadata;
  const told = typeof audience === 'object' ? audience.drainEndsMs : undefined;
  return Math.min(killedMs, told ?? killedMs - graceSeconds * 1000 + drainTimeoutMs);
}

/** Subscribers on all of the room's pods; undefined while one has not been asked. */
export function subscribersOf(seen: Seen): number | undefined {
  const audiences = [originAudience(seen), ...seen.draining.map(({ audience }) => heardOrNobody(audience))];
  return audiences.every((audience) => typeof audience === 'object')
    ? audiences.reduce((sum, audience) => sum + subscribersIn(audience), 0)
    : undefined;
}

/** The publisher, at the origin or else on a pod that drains; undefined while that is not known. */
export function publisherOf(seen: Seen): { readonly since?: string } | undefined {
  const origin = originAudience(seen);
  const found = publisherIn(origin) ?? drainingPublisher(seen.draining)?.publisher;
  if (found !== undefined) return { since: found.since };
  const isKnown = typeof origin === 'object' && seen.draining.every(({ audience }) => audience !== 'Unasked');
  return isKnown ? {} : undefined;
}

/** The publisher that a pod which is being deleted still has. */
export function drainingPublisher(pods: readonly DrainingPod[]) {
  for (const { pod, audience } of pods) {
    const publisher = publisherIn(audience);
    if (publisher !== undefined) return { publisher, podName: pod.metadata.name };
  }
  return undefined;
}

/** An origin that has not become ready yet has nobody. */
const originAudience = ({ origin, audience }: Seen): Audience =>
  origin === undefined || (audience === 'Unasked' && !isReady(origin)) ? { room: undefined } : audience;

/** A pod that is being deleted falls silent when it has closed. */
const heardOrNobody = (audience: Audience): Audience => (audience === 'Silent' ? { room: undefined } : audience);

const subscribersIn = (audience: Audience): number =>
  typeof audience === 'object' ? (audience.room?.subscribers ?? 0) : 0;
const publisherIn = (audience: Audience) => (typeof audience === 'object' ? audience.room?.publisher : undefined);
const headcount = (audience: Audience): number =>
  subscribersIn(audience) + (publisherIn(audience) === undefined ? 0 : 1);

/** The API server stores seconds. */
export const rfc3339 = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
