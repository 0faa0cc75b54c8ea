/**
 * One client's DTLS association. Its stages hold nothing in common, so that each frees what the one before has used:
 *
 *   handshake ─► keyed ─► ended
 *       └───────────────────┘
 */
import type { SrtpKeys } from '#server/media/plane.ts';
import type { DtlsEnd } from './dtls-alert.ts';
import { dtlsKeyed, type Established } from './dtls-keyed.ts';
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

interface Stage {
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

/** Begins with the handshake that `shake` makes. */
export function dtlsAssociation(shake: (told: HandshakeEvents) => Stage, events: DtlsEvents): Dtls {
  let datagramsLeft = mostDatagrams;
  const send = (datagram: Uint8Array) => events.send(datagram);
  const onEnd = (reason: DtlsEnd, detail: string) => {
    if (stage === undefined) return;
    stage.stop();
    stage = undefined;
    events.onEnd(reason, detail);
  };
  // Our functions must not use `shake`: what one of them uses, all of them keep.
  let stage: Stage | undefined = shake({
    send,
    onEnd,
    onDone: (keys, left) => {
      stage = dtlsKeyed(left, { send, onEnd });
      datagramsLeft = Number.POSITIVE_INFINITY;
      events.onKeys(keys);
    },
  });
  return {
    begin: () => stage?.begin(),
    receive: (datagram) => {
      if (--datagramsLeft < 0) onEnd('HandshakeFailed', `the handshake does not end after ${mostDatagrams} datagrams`);
      if (datagram.byteLength > longestDatagram) return;
      for (const record of dtlsRecords(datagram)) stage?.receive(record);
    },
    close: () => {
      const left = stage;
      stage = undefined;
      left?.stop();
      const last = left?.farewell();
      if (last) events.send(last);
    },
  };
}
