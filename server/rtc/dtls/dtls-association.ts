/**
 * One client's DTLS association. Its stages hold nothing in common, so that each frees what the one before has used:
 *
 *   handshake ─► keyed ─► ended
 *       └───────────────────┘
 */
import type { SrtpKeys } from '#server/media/plane.ts';
import type { DtlsEnd } from './dtls-alert.ts';
import { dtlsKeyed, type Established } from './dtls-keyed.ts';
import type { Place, Places } from './dtls-places.ts';
import { type DtlsRecord, dtlsRecords } from './dtls-record.ts';

export interface DtlsEvents {
  send(datagram: Uint8Array): void;
  /** Once, when the client has proved that it holds the key of the certificate that its offer named. */
  onKeys(keys: SrtpKeys): void;
  /** At most once, and never after `close`. The client has been told, where that is possible. */
  onEnd(reason: DtlsEnd, detail: string): void;
}

export interface Dtls {
  /** The client can be reached. Where it waits for us, its handshake begins. */
  begin(): void;
  receive(datagram: Uint8Array): void;
  /** Tells the client that we are leaving (close_notify), and stops repeating messages. */
  close(): void;
}

export interface Stage {
  begin(): void;
  receive(record: DtlsRecord): void;
  /** What tells the client that we leave; undefined while there are no keys. */
  farewell(): Uint8Array | undefined;
  /** Nothing is repeated any more, or told. */
  stop(): void;
}

/** Whom a handshake tells of its outcome. */
export interface HandshakeEvents {
  readonly send: (datagram: Uint8Array) => void;
  /** The client has proved that it holds the key of a wanted certificate. Nothing of the handshake is needed any more. */
  readonly onDone: (keys: SrtpKeys, left: Established) => void;
  readonly onEnd: (reason: DtlsEnd, detail: string) => void;
}

/** A handshake takes 5 datagrams, or some 20 with every one lost several times. */
const mostDatagrams = 100;
/** More than an Ethernet frame holds, and thus than a client puts into one datagram. */
const longestDatagram = 2048;

/** IPv4 and UDP. */
const headerBytes = 28;
const onTheWire = ({ byteLength }: Uint8Array): number => headerBytes + byteLength;
const timesWhatCame = 3;

/**
 * What may go to a client of which nothing is known but that its password signed a check: the source of that is easily
 * forged. Until its handshake is over, nobody is sent more than three times what came in his name, in bytes on the wire. A
 * check with USE-CANDIDATE is 92 bytes at least, and 64 have gone out in answer. A flight that this holds back goes when the
 * client repeats its own.
 */
export const bytesForStrangers = timesWhatCame * (headerBytes + 92) - (headerBytes + 64);

interface Bounds {
  readonly places: Places;
  /** What may be sent before anything comes. */
  readonly mostBytes: number;
}

/** Begins with the handshake that `shake` makes, once there is a place for it. */
export function dtlsAssociation(
  shake: (told: HandshakeEvents) => Stage,
  events: DtlsEvents,
  { places, mostBytes }: Bounds,
): Dtls {
  let datagramsLeft = mostDatagrams;
  let bytesLeft = mostBytes;
  let place: Place | undefined;
  const hasPlace = () => {
    place ??= places.take();
    return place !== undefined;
  };
  const send = (datagram: Uint8Array) => {
    if (onTheWire(datagram) > bytesLeft) return;
    bytesLeft -= onTheWire(datagram);
    events.send(datagram);
  };
  const onEnd = (reason: DtlsEnd, detail: string) => {
    if (stage === undefined) return;
    over();
    events.onEnd(reason, detail);
  };
  const over = () => {
    const last = stage;
    stage = undefined;
    last?.stop();
    place?.leave();
    return last;
  };
  // Our functions must not use `shake`: what one of them uses, all of them keep.
  let stage: Stage | undefined = shake({
    send,
    onEnd,
    onDone: (keys, left) => {
      stage = dtlsKeyed(left, { send, onEnd });
      datagramsLeft = Number.POSITIVE_INFINITY;
      bytesLeft = Number.POSITIVE_INFINITY;
      place?.leave();
      events.onKeys(keys);
    },
  });
  return {
    begin: () => {
      if (hasPlace()) stage?.begin();
      else onEnd('HandshakeFailed', 'too many handshakes are under way');
    },
    receive: (datagram) => {
      if (datagram.byteLength > longestDatagram || stage === undefined || !hasPlace()) return;
      if (--datagramsLeft < 0) onEnd('HandshakeFailed', `the handshake does not end after ${mostDatagrams} datagrams`);
      bytesLeft += timesWhatCame * onTheWire(datagram);
      for (const record of dtlsRecords(datagram)) stage?.receive(record);
    },
    close: () => {
      const last = over()?.farewell();
      if (last) events.send(last);
    },
  };
}
