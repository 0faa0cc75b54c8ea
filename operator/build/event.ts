import { fieldManager } from '#crds/contract.ts';
import { hash } from '../hash.ts';
import type { KubeObject } from '../kube.ts';

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

/** The API server counts bytes of UTF-8. */
const longestNoteBytes = 1024;

/** What `kubectl describe` shows of one change to an object. The same news at the same time is the same event. */
export function event(object: KubeObject, { type, reason, message }: News, { nowMs, instance }: EventContext) {
  const { apiVersion, kind, metadata } = object;
  const { namespace = 'default', name, uid, resourceVersion } = metadata;
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name: `${name}.${hash([uid, reason, message, nowMs], 13)}`, namespace },
    // The API server takes microseconds, and nothing shorter.
    eventTime: new Date(nowMs).toISOString().replace('Z', '000Z'),
    type,
    reason,
    action: 'Reconcile',
    note: fitting(message),
    regarding: { apiVersion, kind, namespace, name, uid, resourceVersion },
    reportingController: fieldManager,
    reportingInstance: instance,
  } as const;
}

function fitting(message: string): string {
  if (Buffer.byteLength(message) <= longestNoteBytes) return message;
  const space = new Uint8Array(longestNoteBytes - Buffer.byteLength('…'));
  const { read } = new TextEncoder().encodeInto(message, space);
  return `${message.slice(0, read)}…`;
}
