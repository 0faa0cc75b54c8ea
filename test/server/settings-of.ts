import type { RoomSettings } from '#crds/rooms-file.ts';
import type { Settings } from '#server/settings/settings.ts';

/** A room's settings with the LiveRoom's defaults, open to everybody. */
export const settingsOf = (
  name: string,
  publish: Partial<RoomSettings['publish']> = {},
  play: Partial<RoomSettings['play']> = {},
): RoomSettings => ({
  namespace: 'events',
  name,
  publish: {
    auth: { mode: 'None' },
    onConflict: 'Reject',
    reconnectGraceMs: 15_000,
    codecs: ['H264', 'VP8', 'Opus'],
    ...publish,
  },
  play: { auth: { mode: 'None' }, maxSubscribers: 0, ...play },
  alerts: { highSubscriberCount: 500, nearCapacityPercent: 90, publisherExpected: 'Never' },
});

/** Settings of a server that has these rooms, no secrets of any kind and no other pods. */
export const serverSettings = (rooms: readonly RoomSettings[], announced: Settings['announced']): Settings => ({
  rooms,
  drainTimeoutMs: 0,
  tokens: new Map(),
  jwtSecrets: new Map(),
  turnSecrets: new Map(),
  sharedSecrets: [],
  otherPods: undefined,
  spokenTokens: new Map(),
  announced,
});
