import type { Condition } from '#crds/liveroom.ts';

export interface Transition {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** States of an ordinary life; everything else that is not True is worth a warning. */
const ordinary = new Set([
  'PodPending',
  'NoReadyPod',
  'WaitingForLoadBalancer',
  'NoClientConnected',
  'PrivateAddressOnly',
  'NoPublisher',
  'Reconnecting',
  'CRDsNotInstalled',
  'Disabled',
  'SelectionUnknown',
  'RolloutComplete',
  'RollingOut',
  'WaitingForIdle',
  'WaitingForTurn',
  'Suspended',
  'Paused',
  'NotAccepted',
  'NotDraining',
]);

/** What is expected of a room that was made: that it is on its way, and that its spec is in use. */
const expected = new Set([...ordinary, 'Accepted']);

/** What Ready's becoming True tells of, too, if it comes about at the same moment. */
const toldByReady = new Set(['OriginReady', 'EndpointReady', 'RolloutComplete']);

/**
 * What is worth an Event: each condition that changed its status or its reason. Ready repeats what the part that fails says,
 * which is told once; so is what is ordinary, in whatever words. A room that becomes Ready does not tell that of each of its
 * parts; and a new one does not begin by telling all that it is not yet, nor that its spec is in use.
 */
export function transitions(
  before: readonly Condition[] | undefined = [],
  after: readonly Condition[] = [],
): readonly Transition[] {
  const was = new Map(before.map((condition) => [condition.type, condition]));
  const changed = after.filter(({ type, status, reason }) => {
    const old = was.get(type);
    return old === undefined ? !expected.has(reason) : old.status !== status || old.reason !== reason;
  });
  const isReady = changed.some(({ type, status }) => type === 'Ready' && status === 'True');
  const first = new Map(changed.toReversed().map((condition) => [saidBy(condition), condition]));
  return changed
    .filter((condition) => first.get(saidBy(condition)) === condition)
    .filter(({ reason }) => !isReady || !toldByReady.has(reason))
    .map(({ status, reason, message }) => ({
      type: status === 'True' || ordinary.has(reason) ? 'Normal' : 'Warning',
      reason,
      message,
    }));
}

/** Two things may be wrong for one reason: a quota that is used up keeps the Service from being made, and the monitor. */
const saidBy = ({ reason, message }: Condition): string => (ordinary.has(reason) ? reason : `${reason}: ${message}`);
