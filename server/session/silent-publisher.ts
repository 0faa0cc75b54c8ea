import type { Clock } from '../room/rooms.ts';

/** An encoder that is connected sends its first packet within a second or two. */
const noMediaMs = 10_000;

/** Tells of a publisher that has been connected for 10 s and has sent nothing. Returns how to give that up. */
export const watchForMedia = (clock: Clock, hasMedia: () => boolean, onNothing: () => void): (() => void) =>
  clock.after(noMediaMs, () => {
    if (!hasMedia()) onNothing();
  });
