/** What viewers may be told of a publisher's encodings. */

import type { World } from '../world.ts';
import { ingestFigures } from './ingest-quality.ts';
import type { Publisher } from './up-stream.ts';

/** One encoding of the video, as it is now; `bitsPerSecond` is 0 while it does not flow. */
export interface Layer {
  readonly rid: string;
  readonly width: number;
  readonly height: number;
  readonly bitsPerSecond: number;
}

/** Rates are told anew when they have changed by a third or so. */
const rateStep = (bitsPerSecond: number): number => (bitsPerSecond < 1 ? 0 : Math.round(Math.log2(bitsPerSecond) * 2));

/** Tells of the encodings of a publisher that has several, when they have changed. Allocates: for once a second. */
export function tellLayers(of: Publisher, nowMs: number, { events }: World): void {
  if (of.ladder === undefined) return;
  const { streams, bps } = of.ladder;
  const layers = streams.flatMap(({ track, source }, i): Layer[] => {
    if (track.rid === undefined || source === undefined) return [];
    const { width, height } = ingestFigures(source.quality, nowMs);
    return [{ rid: track.rid, width, height, bitsPerSecond: Math.round(bps[i] ?? 0) }];
  });
  const told = layers
    .map(({ rid, width, height, bitsPerSecond }) => [rid, width, height, rateStep(bitsPerSecond)].join())
    .join(';');
  if (told === of.toldLayers) return;
  of.toldLayers = told;
  events.onLayers(of.transport.id, layers);
}
