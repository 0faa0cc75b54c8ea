/**
 * Where viewers may begin: with the first packet of a key frame. VP8, VP9 and AV1 mark it. H264 marks the first slice, before
 * which parameter sets may have a packet of their own, that may come late or not at all:
 *
 *   … last picture │ sets │ IDR slice …    the sets came: viewers began with them, and who comes behind them waits
 *   … last picture │  ??  │ IDR slice …    may be the sets: they are begun with once they come, be it sent again
 *   … last picture │        IDR slice …    an encoder that does not repeat them: begun with as it is
 */
import type { Frame } from '../frame/frame.ts';
import { type MediaPacket, slotOf } from '../rtp/packet-cache.ts';
import type { Source } from './source.ts';

/** To be asked once a packet is kept and counted. It looks at others only where the first of a key frame has no parameters. */
export const canBegin = (frame: Frame, of: Source, packet: MediaPacket): boolean =>
  frame.startsKeyFrame && (frame.hasParameters || isWhole(of, packet));

/** Whether all of the picture up to this packet has come, as the packet of another before it shows, without sets of its own. */
function isWhole({ cache, quality }: Source, { index, timestamp }: MediaPacket): boolean {
  if (quality.parametersTimestamp === timestamp) return false;
  for (let before = index - 1; ; before--) {
    const slot = slotOf(cache, before);
    if (slot < 0) return false;
    if (cache.timestamps[slot] !== timestamp) return true;
  }
}
