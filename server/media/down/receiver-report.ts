/** What a subscriber says of how well it receives a track. */

import { newlyLost } from '../rtp/loss-count.ts';
import type { ReportBlock } from '../up/reception.ts';
import type { World } from '../world.ts';
import type { DownStream } from './down-stream.ts';

/** No network delays packets that unevenly: a report that says so is not believed. */
const maxJitterSeconds = 60;

/** Packets of the publisher's that never came are gaps in what we send, so they are among the losses (down-stream.ts). */
export function hearReport(down: DownStream, block: ReportBlock, { tally, now }: World): void {
  const { epoch, track, loss, newestIndex, startIndex } = down;
  if (epoch === undefined) return;
  const jitterSeconds = block.jitter / epoch.source.clockRate;
  if (jitterSeconds <= maxJitterSeconds)
    tally.reported('out', track.kind, {
      lost: newlyLost(loss, block.cumulativeLost, newestIndex - startIndex),
      lossRatio: block.fractionLost / 256,
      jitterSeconds,
    });
  const sentMs = reportSentMs(down, block.lastSenderReport);
  const roundTripSeconds = sentMs < 0 ? -1 : (now() - sentMs) / 1000 - block.delaySinceLast / 65536;
  if (roundTripSeconds < 0) return;
  down.transport.roundTripMs = 1000 * roundTripSeconds;
  tally.tookRoundTrip(roundTripSeconds);
}

/** When that report was sent; -1 for one that we know nothing of. */
function reportSentMs({ reportsSent }: DownStream, middleNtp: number): number {
  for (const sent of reportsSent) if (sent.middleNtp === middleNtp) return sent.atMs;
  return -1;
}
