/**
 * One client's stream of events, read by one connection at a time. What nobody takes yet is kept by kind, the newest of
 * each: all events tell of a state, and who reads again wants to know the present one. So a stream holds a handful of
 * events at most, however long its reader is away or asleep.
 */
import type { EventMeter } from '../meter.ts';
import type { Clock } from '../room/rooms.ts';
import type { EventType, SessionEvent } from './session-event.ts';

/** A connection on which the stream is read. */
export interface Reader {
  /** False when nothing more is to be pushed until {@link EventStream.drained}. */
  push(bytes: Buffer): boolean;
  /** After what was pushed. */
  end(): void;
  /** At once. */
  cut(): void;
}

export interface EventStream {
  tell(event: SessionEvent): void;
  /** Another reader takes the place of the one before. */
  readBy(reader: Reader): void;
  drained(reader: Reader): void;
  left(reader: Reader): void;
  end(): void;
}

/** Proxies take a connection on which nothing is said for a minute for dead; many are less patient. */
const beatMs = 15_000;
/** Who takes nothing for so long is better off with a new connection. */
const slowMs = 5000;

/** The browser tries again after a second when its connection is lost. */
const greeting = Buffer.from('retry: 1000\n\n');
const beat = Buffer.from(':\n\n');

export interface EventStreamOptions {
  readonly types: ReadonlySet<EventType>;
  readonly clock: Clock;
  readonly meter: EventMeter;
}

export function eventStream({ types, clock, meter }: EventStreamOptions): EventStream {
  const pending = new Map<string, SessionEvent>();
  let reading: Reading | undefined;

  const release = (status: 'Left' | 'Ended' | 'Slow'): Reader | undefined => {
    if (reading === undefined) return undefined;
    const { reader, cancelBeat, cancelSlow } = reading;
    reading = undefined;
    cancelBeat();
    cancelSlow();
    meter.eventStream(status);
    return reader;
  };
  const push = (to: Reading, bytes: Buffer): void => {
    if (to.reader.push(bytes)) return;
    to.isFull = true;
    to.cancelSlow = clock.after(slowMs, () => release('Slow')?.cut());
  };
  const flush = (to: Reading): void => {
    for (const [kind, { type, bytes, atMs }] of pending) {
      if (to.isFull) return;
      pending.delete(kind);
      const seconds = Math.max(0, clock.now() - Math.max(atMs, to.sinceMs)) / 1000;
      meter.eventSent(type, { bytes: bytes.length, seconds });
      push(to, bytes);
    }
  };
  const beatLater = (to: Reading): void => {
    to.cancelBeat = clock.after(beatMs, () => {
      if (!to.isFull) push(to, beat);
      beatLater(to);
    });
  };
  return {
    tell(event) {
      if (!types.has(event.type)) return;
      if (pending.delete(kindOf(event.type))) meter.eventDropped('Superseded');
      pending.set(kindOf(event.type), event);
      if (reading !== undefined) flush(reading);
    },
    readBy(reader) {
      release('Ended')?.end();
      const next = { reader, sinceMs: clock.now(), isFull: false, cancelBeat: nothing, cancelSlow: nothing };
      reading = next;
      meter.eventStream('Opened');
      beatLater(next);
      push(next, greeting);
      flush(next);
    },
    drained(reader) {
      if (reading?.reader !== reader || !reading.isFull) return;
      reading.isFull = false;
      reading.cancelSlow();
      flush(reading);
    },
    left(reader) {
      if (reading?.reader === reader) release('Left');
    },
    end() {
      for (const _ of pending) meter.eventDropped('Unread');
      pending.clear();
      release('Ended')?.end();
    },
  };
}

interface Reading {
  readonly reader: Reader;
  readonly sinceMs: number;
  isFull: boolean;
  cancelBeat: () => void;
  cancelSlow: () => void;
}

const nothing = () => {};

/** Events of one kind supersede each other. */
const kindOf = (type: EventType): string => (type === 'inactive' ? 'active' : type);
