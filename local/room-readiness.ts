import type { LiveRoom } from '#crds/liveroom.ts';

type Room = Pick<LiveRoom, 'status'>;

const readyCondition = ({ status }: Room) => status?.conditions?.find(({ type }) => type === 'Ready');

/** Why a room is not Ready, in its status' words; undefined when it is. */
export function notReady(room: Room): string | undefined {
  const ready = readyCondition(room);
  return ready?.status === 'True' ? undefined : (ready?.message ?? 'The operator is starting.');
}

/** Reasons of a room that comes up by itself. */
const comingUp: ReadonlySet<string> = new Set(['PodPending', 'NoReadyPod']);

/**
 * When to look again for a room that is not Ready, in seconds: soon while it comes up, later where somebody has to do
 * something about it. Undefined: it is off because somebody wants it so.
 */
export function againInSeconds(room: Room): number | undefined {
  const reason = readyCondition(room)?.reason;
  if (reason === 'Suspended') return undefined;
  return reason === undefined || comingUp.has(reason) ? 1 : 5;
}
