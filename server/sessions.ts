/**
 * The sessions of this pod, and how each one ends. A session lives while its client is there, and leaves nothing behind.
 *
 *   open ─► client reaches the media port ─► DTLS ─► keys: media flows ─► ended by the client, the room or us
 *    └────────── no keys within 10 s: ended ──┘
 */
import { type Log, shortId } from './log.ts';
import type { CloseReason, MediaEvents, MediaPlane, UpTrack } from './media/plane.ts';
import { type HandshakeFailure, handshakeFailures } from './room/refusal.ts';
import type { Role } from './room/room.ts';
import type { Clock, EndReason, Rooms } from './room/rooms.ts';
import type { DtlsIdentity } from './rtc/dtls.ts';
import type { Dtls, DtlsEnd } from './rtc/dtls-association.ts';
import type { Fingerprint } from './rtc/fingerprint.ts';

export type SessionEnd = EndReason | DtlsEnd | CloseReason | HandshakeFailure | 'Deleted' | 'Shutdown' | 'Internal';

/** From the answer to the keys. ICE and DTLS together take a fraction of a second, or seconds on a bad network. */
const handshakeTimeoutMs = 10_000;

export interface SessionsOptions {
  readonly media: MediaPlane;
  readonly rooms: Pick<Rooms, 'connected' | 'leave'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Counts sessions that fail after their answer. */
  readonly onFailed: (reason: HandshakeFailure) => void;
}

/** What is known of a client before it connects. */
export interface NewSession {
  readonly id: string;
  readonly role: Role;
  /** `namespace/name`. */
  readonly room: string;
  /** What it will send, if it is a publisher. */
  readonly published: readonly UpTrack[];
  readonly ice: { readonly localUfrag: string; readonly localPwd: string; readonly remoteUfrag: string };
  readonly fingerprints: readonly Fingerprint[];
  readonly identity: DtlsIdentity;
}

export interface Sessions {
  /** Makes the transport and waits for the client. The room has admitted it. */
  open(session: NewSession): void;
  get(id: string): { readonly role: Role; readonly room: string; readonly published: readonly UpTrack[] } | undefined;
  /** Harmless when it has ended already. */
  end(id: string, reason: SessionEnd, detail?: string): void;
  endAll(reason: SessionEnd): void;
  /** Resolves when the last session has ended; at once when there is none. */
  empty(): Promise<void>;
  readonly events: Pick<MediaEvents, 'onDtls' | 'onConnected' | 'onMedia' | 'onFirstFrame' | 'onClosed'>;
}

interface Session extends NewSession {
  readonly dtls: Dtls;
  readonly startedMs: number;
  readonly cancelTimeout: () => void;
}

export function sessions(options: SessionsOptions): Sessions {
  const { media, log } = options;
  const table = new Map<string, Session>();
  let waiting: (() => void)[] = [];

  const end: Sessions['end'] = (id, reason, detail) => {
    const session = table.get(id);
    if (session === undefined) return;
    table.delete(id);
    close(options, session);
    if (isFailure(reason)) options.onFailed(reason);
    log.info('session ended', { ...fields(options, session), reason, detail });
    if (table.size > 0) return;
    for (const resolve of waiting) resolve();
    waiting = [];
  };

  return {
    open: (wanted) => {
      const { id, identity, fingerprints, ice } = wanted;
      const dtls = identity.accept(fingerprints, {
        send: (datagram) => media.sendDtls(id, datagram),
        onKeys: (keys) => {
          media.setKeys(id, keys);
          connected(options, session);
        },
        onEnd: (reason, detail) => end(id, reason, detail),
      });
      const cancelTimeout = options.clock.after(handshakeTimeoutMs, () => end(id, 'HandshakeTimeout'));
      const session: Session = { ...wanted, dtls, startedMs: options.clock.now(), cancelTimeout };
      table.set(id, session);
      media.addTransport({ id, ...ice });
      log.info('session opened', fields(options, session));
    },
    get: (id) => table.get(id),
    end,
    endAll: (reason) => {
      for (const id of [...table.keys()]) end(id, reason);
    },
    empty: () => (table.size === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
    events: {
      onDtls: (id, datagram) => table.get(id)?.dtls.receive(datagram),
      onConnected: (id) => log.debug('client reached the media port', { session: shortId(id) }),
      onMedia: (id) => log.debug('media arrives', { session: shortId(id) }),
      onFirstFrame: (id) => log.debug('the picture begins', { session: shortId(id) }),
      onClosed: (id, reason) => end(id, reason),
    },
  };
}

function connected(options: SessionsOptions, session: Session) {
  session.cancelTimeout();
  options.rooms.connected(session.room, session.id);
  options.log.info('session connected', fields(options, session));
}

/** In this order: the farewell still goes by the transport. */
function close({ media, rooms }: SessionsOptions, { id, room, dtls, cancelTimeout }: Session) {
  cancelTimeout();
  dtls.close();
  media.removeTransport(id);
  rooms.leave(room, id);
}

const fields = ({ clock }: SessionsOptions, { id, room, role, startedMs }: Session) => ({
  room,
  role,
  session: shortId(id),
  afterMs: clock.now() - startedMs,
});

const isFailure = (reason: SessionEnd): reason is HandshakeFailure =>
  handshakeFailures.some((failure) => failure === reason);
