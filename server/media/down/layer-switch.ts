/** Counts each time that a subscriber is sent another of a publisher's encodings than before, and why. */
import type { SwitchReason } from '../counts.ts';
import type { Tally } from '../tally.ts';
import type { Ladder } from '../up/layers.ts';
import type { UpStream } from '../up/up-stream.ts';
import type { DownStream } from './down-stream.ts';

/** To be called many times a second; allocates nothing. */
export function noteSwitch(down: DownStream, { streams, bps }: Ladder, isEstimated: boolean, tally: Tally): void {
  const present = down.epoch === undefined ? -1 : indexSent(streams, down.epoch);
  // Another publisher begins with everybody: that is no switch.
  const former = down.sentLayer === undefined ? -1 : streams.indexOf(down.sentLayer);
  if (present >= 0) down.sentLayer = streams[present];
  if (present < 0 || former < 0 || present === former) return;
  const isFlowing = (bps[former] ?? 0) > 0;
  tally.switched(present > former ? 'Up' : 'Down', reasonOf(down, isFlowing, isEstimated));
}

function indexSent(streams: readonly UpStream[], { source }: NonNullable<DownStream['epoch']>): number {
  for (let i = 0; i < streams.length; i++) if (streams[i]?.source === source) return i;
  return -1;
}

function reasonOf({ chosenRid }: DownStream, isFlowing: boolean, isEstimated: boolean): SwitchReason {
  if (!isFlowing) return 'Stopped';
  if (chosenRid !== undefined) return 'Manual';
  return isEstimated ? 'Estimate' : 'Best';
}
