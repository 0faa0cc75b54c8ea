/** The sources that an egress thread has been told of. */

import type { Room } from '../room.ts';
import type { Source } from '../up/source.ts';
import type { UpStream } from '../up/up-stream.ts';
import type { EgressLink } from './egress.ts';

export interface Introduced {
  /** By what number the thread knows it, told now if it did not; -1 for one that is no more the room's. */
  number(room: Room, stream: UpStream, source: Source): number;
  forget(room: Room): void;
  /** Tells of sender reports that came since. */
  refresh(): void;
}

interface Known {
  readonly number: number;
  readonly room: Room;
  readonly stream: UpStream;
  report: Source['report'];
}

/** A source of the same track that has been silent for so long when another begins is over. */
const formerKeptMs = 2000;

export function introduced(link: EgressLink): Introduced {
  const known = new Map<Source, Known>();
  let numbers = 0;

  const forget = (isGone: (source: Source, of: Known) => boolean): void => {
    for (const [source, of] of known) {
      if (!isGone(source, of)) continue;
      known.delete(source);
      link.tell('removeSource', of.number);
    }
  };
  const report = (source: Source, of: Known): void => {
    if (of.report === source.report) return;
    of.report = source.report;
    link.tell('report', of.number, source.report, source.clockRate);
  };
  const introduce = (room: Room, stream: UpStream, source: Source): number => {
    const track = room.publisher?.streams.indexOf(stream) ?? -1;
    if (track < 0) return -1;
    forget((other, of) => of.stream === stream && source.lastPacketMs - other.lastPacketMs > formerKeptMs);
    const of: Known = { number: numbers++, room, stream, report: undefined };
    known.set(source, of);
    const { ssrc, clockRate, cache } = source;
    link.tell('addSource', of.number, room.id, track, { ssrc, clockRate, shared: cache.shared });
    report(source, of);
    return of.number;
  };
  return {
    number: (room, stream, source) => known.get(source)?.number ?? introduce(room, stream, source),
    forget: (room) => forget((_, of) => of.room === room),
    refresh() {
      for (const [source, of] of known) report(source, of);
    },
  };
}
