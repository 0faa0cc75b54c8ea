import { fieldManager } from '#crds/contract.ts';
import type { LiveRoom } from '#crds/liveroom.ts';
import { hash } from '../hash.ts';

export interface News {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

export interface EventContext {
  readonly nowMs: number;
  /** Name of the operator's pod. */
  readonly instance: string;
}

const longestNote = 1024;

/** What `kubectl describe` shows of one transition. The same news at the same time is the same event. */
export function event(room: LiveRoom, { type, reason, message }: News, { nowMs, instance }: EventContext) {
  const { apiVersion, kind, metadata } = room;
  const { namespace, name, uid, resourceVersion } = metadata;
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name: `${name}.${hash([uid, reason, message, nowMs], 13)}`, namespace },
    // The API server takes microseconds, and nothing shorter.
    eventTime: new Date(nowMs).toISOString().replace('Z', '000Z'),
    type,
    reason,
    action: 'Reconcile',
    note: message.length <= longestNote ? message : `${message.slice(0, longestNote - 1)}…`,
    regarding: { apiVersion, kind, namespace, name, uid, resourceVersion },
    reportingController: fieldManager,
    reportingInstance: instance,
  } as const;
}
