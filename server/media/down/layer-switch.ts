/** Counts each time that a subscriber is sent another of a publisher's encodings than before, and why. */
import type { SwitchReason } from '../counts.ts';
import type { Tally } from '../tally.ts';
import type { Ladder } from '../up/layers.ts';
import type { DownStream } from './down-stream.ts';

/**
 * `present` is where in the ladder the encoding is that is sent now, or -1; `reason` why it would be another. To be called many
 * times a second; allocates nothing.
 */
export function countSwitch(
  down: DownStream,
  { streams, bps }: Ladder,
  present: number,
  reason: SwitchReason,
  tally: Tally,
): void {
  // Another publisher begins with everybody: that is no switch.
  const former = down.sentLayer === undefined ? -1 : streams.indexOf(down.sentLayer);
  if (present >= 0) down.sentLayer = streams[present];
  if (present < 0 || former < 0 || present === former) return;
  const isFlowing = (bps[former] ?? 0) > 0;
  tally.switched(present > former ? 'Up' : 'Down', isFlowing ? reason : 'Stopped');
}

/** `chosen` is where in the ladder the encoding is that the subscriber chose; -1 when it chose none, or one that is not there. */
export function reasonOf(chosen: number, isEstimated: boolean): SwitchReason {
  if (chosen >= 0) return 'Manual';
  return isEstimated ? 'Estimate' : 'Best';
}
