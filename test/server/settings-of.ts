import type { RoomSettings } from '#crds/rooms-file.ts';

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
