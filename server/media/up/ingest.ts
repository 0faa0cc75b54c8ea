/** What the publishers of rooms send, and what is said about it. */

import type { LayerStats } from '#crds/pod-stats.ts';
import type { Room } from '../room.ts';
import type { World } from '../world.ts';
import { type Hint, hints } from './ingest-hints.ts';
import { type IngestFigures, ingestFigures } from './ingest-quality.ts';
import { isForemost, isUsed } from './layers.ts';
import type { Publisher } from './up-stream.ts';

/** Of one room, by the tracks that have begun; the hints hold now. */
export interface Ingest {
  readonly audio?: IngestFigures;
  readonly video?: IngestFigures;
  readonly hints: readonly Hint[];
  /** Of several encodings of the video, the lowest first. */
  readonly layers: readonly LayerStats[];
}

/** Of the rooms whose publisher has begun to send, by room. Allocates: for scrapes. */
export const ingest = (rooms: Iterable<Room>, nowMs: number): Readonly<Record<string, Ingest>> =>
  Object.fromEntries(
    [...rooms].flatMap(({ id, publisher }) => {
      if (publisher === undefined) return [];
      const of = publisher.streams
        .filter((stream) => isForemost(publisher, stream))
        .flatMap(({ source, track }) =>
          source === undefined ? [] : [{ track, figures: ingestFigures(source.quality, nowMs) }],
        );
      if (of.length === 0) return [];
      const figures = of.map(({ track: { kind }, figures }) => [kind, figures] as const);
      const found = of.flatMap(({ track, figures }) =>
        track.kind === 'video' ? hints(figures, track.pli || track.fir) : [],
      );
      return [[id, { ...Object.fromEntries(figures), hints: found, layers: layersOf(publisher, nowMs) }]];
    }),
  );

function layersOf(of: Publisher, nowMs: number): readonly LayerStats[] {
  const { streams, bps } = of.ladder ?? { streams: [], bps: [] };
  return streams.flatMap((stream, i): readonly LayerStats[] => {
    const { source, track } = stream;
    if (track.rid === undefined || source === undefined) return [];
    const { width, height } = ingestFigures(source.quality, nowMs);
    const bitsPerSecond = Math.round(bps[i] ?? 0);
    const state = bitsPerSecond === 0 ? 'Stopped' : isUsed(of, stream, nowMs) ? 'Active' : 'Paused';
    return [{ rid: track.rid, width, height, bitsPerSecond, state }];
  });
}

/** Tells of the hints that hold now, when they are others than before. Allocates: for once a second. */
export function tellHints(of: Publisher, nowMs: number, { events }: World): void {
  const now = of.streams.flatMap((stream) => {
    const { source, track } = stream;
    if (source === undefined || track.kind !== 'video' || !isForemost(of, stream)) return [];
    return hints(ingestFigures(source.quality, nowMs), track.pli || track.fir);
  });
  // Their sentences have figures in them, which change all the time.
  const told = now.map(({ reason }) => reason).join();
  if (told === of.toldHints) return;
  of.toldHints = told;
  events.onHints(of.transport.id, now);
}
