import type { LiveRoom } from '#crds/liveroom.ts';

/** Why a room is not Ready, in its status' words; undefined when it is. */
export function notReady({ status }: Pick<LiveRoom, 'status'>): string | undefined {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return ready?.status === 'True' ? undefined : (ready?.message ?? 'The operator is starting.');
}
