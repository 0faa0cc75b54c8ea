import type { Clock, Rooms } from './room/rooms.ts';
import type { SessionEnd } from './session/session-end.ts';
import type { Sessions } from './session/sessions.ts';
import type { ServerState } from './state.ts';

export interface Draining {
  readonly state: ServerState;
  readonly rooms: Pick<Rooms, 'drain'>;
  readonly sessions: Pick<Sessions, 'empty'>;
  readonly clock: Clock;
}

/** Takes no new sessions any more. Resolves when the last has ended, or after the drain time-out of now. */
export async function drain({ state, rooms, sessions, clock }: Draining): Promise<void> {
  const { drainTimeoutMs } = state.settings;
  state.isDraining = true;
  state.drainEndsMs = clock.now() + drainTimeoutMs;
  rooms.drain();
  const { promise: isLate, resolve } = Promise.withResolvers<void>();
  const cancel = clock.after(drainTimeoutMs, resolve);
  await Promise.race([sessions.empty(), isLate]);
  cancel();
}

/** Whether a viewer whose session ends so is to ask again at once: it was we who had to go. */
export const returns = ({ isDraining }: ServerState, reason: SessionEnd): boolean =>
  reason === 'Shutdown' || (isDraining && reason === 'PublisherGone');
