import type { PublisherHint } from '../events/publisher-events.ts';
import type { Clock } from '../room/rooms.ts';

/** An encoder that is connected sends its first packet within a second or two. */
const noMediaMs = 10_000;

/** Tells of a publisher that has been connected for 10 s and has sent nothing. Returns how to give that up. */
export const watchForMedia = (clock: Clock, hasMedia: () => boolean, onNothing: () => void): (() => void) =>
  clock.after(noMediaMs, () => {
    if (!hasMedia()) onNothing();
  });

/** What it is told. */
export const noMedia: PublisherHint = {
  reason: 'NoMedia',
  message:
    'The connection stands, and neither picture nor sound has come by it for 10 s. See whether the source gives any, and whether a firewall lets through what is larger than the first packets. After two minutes the session is ended.',
};
