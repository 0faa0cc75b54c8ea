import type { Condition, ConditionType } from '#crds/liveroom.ts';
import { draining, drainingPublisher, rfc3339 } from './draining.ts';
import { endpointReady } from './endpoint-ready.ts';
import { no, type Verdict, yes } from './finding.ts';
import { mediaReachable } from './media-reachable.ts';
import { monitoringReady } from './monitoring.ts';
import { originAsKnown, originReady } from './origin-ready.ts';
import { progressing } from './progressing.ts';
import { publishing } from './publishing.ts';
import type { Seen } from './seen.ts';
import { mentioned, unseenVerdict } from './unseen.ts';

/** Everything that is said of a room, in the order in which it is read. */
export function conditions(seen: Seen, reconnectGraceMs: number): readonly Condition[] {
  const before = new Map(seen.room.status?.conditions?.map((condition) => [condition.type, condition]));
  // What goes on on a pod that was ready is heard from the pod itself, whether or not the pod can be seen.
  const known = originAsKnown(seen);
  const accepted = acceptedBy(seen);
  const origin = originReady(seen, known);
  const endpoint = endpointReady(seen);
  const verdicts: Record<ConditionType, Verdict> = {
    Accepted: accepted,
    OriginReady: origin,
    MediaReachable: mediaReachable(seen),
    EndpointReady: endpoint,
    Publishing: publishing({
      audience: seen.audience,
      draining: drainingPublisher(seen.draining),
      isSuspended: seen.rollout === 'Suspended',
      isDrainingKnown: seen.draining.every(({ audience }) => audience !== 'Unasked'),
      isOriginReady: known.status === 'True',
      podName: seen.origin?.metadata.name,
      before: before.get('Publishing'),
      reconnectGraceMs,
      nowMs: seen.nowMs,
    }),
    MonitoringReady: monitoringReady(seen.monitoring, seen.unseen),
    Progressing: progressing(seen, known),
    Draining: draining(seen),
    Ready: ready([accepted, origin, endpoint]),
  };
  return Object.entries(verdicts).map(([type, verdict]) => dated(type, verdict, before.get(type), seen));
}

/** Whether what the room asks for is what is made. */
function acceptedBy({ rejection, unseen, besides }: Seen): Verdict<'Accepted'> {
  if (rejection !== undefined) return no(rejection.reason, rejection.message);
  const used = yes<'Accepted'>('Accepted', 'The spec is in use.');
  const verdict: Verdict<'Accepted'> = unseenVerdict('Accepted', unseen) ?? used;
  return { ...verdict, message: `${[verdict.message, ...besides].join(' ')}${mentioned('Accepted', unseen)}` };
}

/** The time is that of the last change of status; another reason or message leaves it. */
export function dated(
  type: string,
  verdict: Verdict,
  before: Condition | undefined,
  { room, nowMs }: Pick<Seen, 'room' | 'nowMs'>,
): Condition {
  const { status, reason, message } = verdict;
  const lastTransitionTime = before?.status === status ? before.lastTransitionTime : rfc3339(nowMs);
  return { type, status, observedGeneration: room.metadata.generation, lastTransitionTime, reason, message };
}

function ready(parts: readonly Verdict[]): Verdict {
  const failing = parts.find(({ status }) => status === 'False') ?? parts.find(({ status }) => status === 'Unknown');
  return failing ?? yes('Ready', 'The room takes a publisher and viewers.');
}
