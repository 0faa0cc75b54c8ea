import type { Room } from '../room.ts';
import type { World } from '../world.ts';
import type { UpStream } from './up-stream.ts';

/** Longer than any encoder pauses between packets, DTX included (RFC 7587 section 3.1.3). */
const stallMs = 2000;

/** Counts a track that has fallen silent without a goodbye: once for each silence. */
export function noteStall({ counters }: Room, stream: UpStream, nowMs: number, { tally }: World): void {
  const { source, track } = stream;
  if (source === undefined || source.hasLeft || nowMs - source.lastPacketMs < stallMs) return;
  if (stream.stalledSinceMs === source.lastPacketMs) return;
  stream.stalledSinceMs = source.lastPacketMs;
  tally.stalled(counters, track.kind);
}
