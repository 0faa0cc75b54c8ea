import type { RefusedReason } from '../counts.ts';
import { noteRepair, repairWait } from '../estimate/repair-wait.ts';
import type { Subscriber } from '../room.ts';
import type { Nack } from '../rtp/nack.ts';
import { emptyPacket, type MediaPacket, recall, slotOf } from '../rtp/packet-cache.ts';
import { extended } from '../rtp/packet-index.ts';
import { readBlocks } from '../rtp/red.ts';
import type { Send } from '../transport.ts';
import { type DownStream, sendSealed } from './down-stream.ts';
import { type Epoch, epochOf, takes, takesType, usable } from './epoch.ts';
import { canTellTime } from './header-plan.ts';
import { repairBps } from './link-estimate.ts';
import { hasRoom, type ResendBudget, refill, take } from './resend-budget.ts';
import { isAnswered, noteResent, resentLately, wasResent } from './resent-lately.ts';
import { numbersOf, sendRtx } from './rtx.ts';

/** What went out once more, and how many packets did not; written over with each request. */
export interface Resent {
  packets: number;
  bytes: number;
  readonly refused: Record<RefusedReason, number>;
  /** The slot that packets are read into. */
  readonly packet: MediaPacket;
}

export const nothingResent = (): Resent => ({
  packets: 0,
  bytes: 0,
  refused: { NotKept: 0, TooSoon: 0, OverBudget: 0 },
  packet: emptyPacket(),
});

/**
 * Answers a NACK, for what former sources sent too: as RTX where it was negotiated (RFC 4588), else by the same packet once
 * more. What is asked for again goes out twice as RTX: its picture waits already, and one of the two more likely comes, and
 * comes sooner. What is refused costs next to nothing: it is not copied out of the cache, and once there is no room left the
 * rest is not looked at. `resent` tells what became of it.
 */
export function resend(
  { streams, link, resends }: Subscriber,
  down: DownStream,
  { sequences, beyond }: Nack,
  nowMs: number,
  send: Send,
  resent: Resent,
): void {
  const { transport } = down;
  const { refused, packet: again } = resent;
  resent.packets = 0;
  resent.bytes = 0;
  refused.NotKept = 0;
  refused.TooSoon = 0;
  refused.OverBudget = beyond;
  if (transport.srtp === undefined || transport.port === 0 || transport.isGone) return;
  let sentOctets = 0;
  for (const stream of streams) sentOctets += stream.sentOctets;
  refill(resends, repairBps(link, nowMs), sentOctets, nowMs);
  down.resentLately ??= resentLately();
  // Else some packets are sent once more as they were, and must then say the same.
  const canSayMore = down.track.kind === 'video' && canTellTime(down.track);
  for (let place = 0; place < sequences.length; place++) {
    const index = extended(down.newestIndex, sequences[place] ?? 0);
    const epoch = epochOf(down, index);
    const refusal = refusalOf(down, epoch, index, resends, nowMs);
    if (refusal === 'OverBudget') {
      refused.OverBudget += sequences.length - place;
      break;
    }
    const isRefused = refusal !== undefined || epoch === undefined;
    if (isRefused || !recall(epoch.source.cache, index - epoch.indexShift, again)) {
      refused[refusal ?? 'NotKept'] += 1;
      continue;
    }
    const { match } = epoch;
    const packet = readBlocks(again, match.redundancy) ? usable(match, again) : again;
    if (!takes(match, packet) || !take(resends, packet.payload.length)) continue;
    const isAgain = wasResent(down.resentLately, index);
    noteResent(down.resentLately, index, nowMs);
    resent.packets += 1;
    // Before they are written over by the subscriber's.
    const numbers = numbersOf(match, packet);
    if ((match.rtxPayloadTypes[packet.payloadType] ?? -1) < 0) {
      resent.bytes += sendSealed(down, epoch, packet, numbers, index, nowMs, send);
      continue;
    }
    resent.bytes += sendRtx(down, epoch, packet, numbers, index, nowMs, send);
    if (canSayMore) noteWait(down, epoch, packet.timestamp, nowMs);
    if (!isAgain || !take(resends, packet.payload.length)) continue;
    resent.packets += 1;
    resent.bytes += sendRtx(down, epoch, packet, numbers, index, nowMs, send);
  }
}

/** A repair comes later than the packet would have by what has passed since that was sent. */
function noteWait(down: DownStream, { source, timestampShift }: Epoch, timestamp: number, nowMs: number): void {
  const behind = (down.newestTimestamp - (timestamp + timestampShift)) | 0;
  down.wait ??= repairWait(nowMs);
  noteRepair(down.wait, nowMs - down.newestMs + (1000 * behind) / source.clockRate, nowMs);
}

/** Why a packet is not sent again, as far as can be told without copying it out of the cache. */
function refusalOf(
  { newestIndex, resentLately, transport }: DownStream,
  epoch: Epoch | undefined,
  index: number,
  budget: ResendBudget,
  nowMs: number,
): RefusedReason | undefined {
  // What was not sent yet may still become another packet: that of whichever source is next.
  if (epoch === undefined || index > newestIndex) return 'NotKept';
  const { cache } = epoch.source;
  const slot = slotOf(cache, index - epoch.indexShift);
  if (slot < 0 || !takesType(epoch.match, (cache.kinds[slot] ?? 0) & 0x7f)) return 'NotKept';
  if (resentLately !== undefined && isAnswered(resentLately, index, nowMs, transport.roundTripMs)) return 'TooSoon';
  return hasRoom(budget, cache.lengths[slot] ?? 0) ? undefined : 'OverBudget';
}
