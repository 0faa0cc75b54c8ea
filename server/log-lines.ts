/** What the log says of a server as a whole, and what is counted with it. */
import { type Log, stackOf } from './log.ts';
import type { SlowerPart } from './media/plane.ts';
import type { Meter } from './meter.ts';
import { roomId } from './room/room-id.ts';
import type { SettingsPart } from './settings/changes.ts';
import type { Settings } from './settings/settings.ts';

export const started = (log: Log, at: Readonly<Record<string, unknown>>, settings: Settings): void =>
  log.info('server started', { ...at, ...summary(settings) });

/** Which other pods there are is no setting: nobody has edited anything. */
export function settingsChanged(log: Log, settings: Settings, changed: readonly SettingsPart[]): void {
  const edited = changed.filter((part) => part !== 'other pods');
  if (edited.length > 0) log.info('settings changed', { changed: edited, ...summary(settings) });
  if (edited.length < changed.length) log.debug('other pods changed', { pods: settings.otherPods?.length });
}

const summary = ({ rooms, announced }: Settings) => ({ rooms: rooms.map(roomId), announced });

export const settingsRefused = (log: Log, meter: Meter) => (message: string) => {
  meter.failed('Settings');
  log.error('settings cannot be used: those of before stay in force, but a side whose token is missing is closed', {
    error: message,
  });
};

export const requestFailed = (log: Log, meter: Meter) => (error: unknown) => {
  meter.failed('Http');
  log.error('request failed', { error: stackOf(error) });
};

/** One of an embedder's. */
export const listenerFailed = (log: Log) => (error: unknown) =>
  log.error('a listener failed', { error: stackOf(error) });

export const threadRefused = (log: Log) => (reason: string) =>
  log.warn(
    'no further thread to send by could begin, so viewers share those that there are until the process starts anew: ' +
      'raise the limit of processes (pids) of the container or node, or its memory',
    { error: reason },
  );

const usesFfi = 'run a Node with node:ffi (26) on Linux';

export const handshakesSlower = (log: Log) => (reason: string) =>
  log.warn(`handshakes are calculated by node:crypto, so that a join takes more CPU: ${usesFfi}`, { reason });

export const mediaSlower = (log: Log) => (parts: readonly SlowerPart[]) =>
  log.warn(`parts of media are done by node:crypto or dgram, so that they take more CPU: ${usesFfi}`, { parts });
