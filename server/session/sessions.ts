/**
 * The sessions of this pod, and how each one ends. A session lives while its client is there, and leaves nothing behind.
 *
 *   open ─► client reaches the media port ─► DTLS ─► keys: media flows ─► ended by the client, the room or us
 *    └────────── no keys within 10 s: ended ──┘
 */
import type { Audit } from '../access/audit.ts';
import type { PublisherHint } from '../events/publisher-events.ts';
import { type Log, shortId } from '../log.ts';
import type { IceSpec, MediaEvents, MediaPlane } from '../media/plane.ts';
import type { MeteredSession, SessionMeter, Step } from '../meter.ts';
import { roomUse } from '../room/room-use.ts';
import type { Clock, Rooms } from '../room/rooms.ts';
import type { Dtls } from '../rtc/dtls/dtls-association.ts';
import type { Admission } from './admission.ts';
import type { KnownSession, NewSession } from './new-session.ts';
import { departureBy, type SessionEnd } from './session-end.ts';
import { noMedia, watchForMedia } from './silent-publisher.ts';

/** From the answer to the keys. ICE and DTLS together take a fraction of a second, or seconds on a bad network. */
const handshakeTimeoutMs = 10_000;

/** What comes late is of the ICE session before; nothing waits for minutes. */
const maxFormerUfrags = 8;

export interface SessionsOptions {
  readonly media: Pick<MediaPlane, 'addTransport' | 'restartIce' | 'sendDtls' | 'setKeys' | 'removeTransport'>;
  readonly rooms: Pick<Rooms, 'connected' | 'leave'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly admission: Pick<Admission, 'left'>;
  /** Called with what a publisher should change now, each time that something of it came or went. */
  readonly hinted: (id: string, hints: readonly PublisherHint[]) => void;
  /** Called with each session that ends. */
  readonly ended: (id: string, reason: SessionEnd) => void;
  /** Called with each client that was answered, and never came. */
  readonly unreached: (fields: Readonly<Record<string, unknown>>) => void;
  readonly audit: Audit;
  readonly meter: Pick<SessionMeter, 'opened' | 'reached' | 'ended' | 'roomEntered' | 'roomLeft' | 'sentNothing'>;
}

export interface Sessions {
  /** Makes the transport and waits for the client. The room has admitted it. */
  open(session: NewSession): void;
  get(id: string): KnownSession | undefined;
  /** Its client may check with these from now on, too; see {@link MediaPlane.restartIce}. */
  restartIce(id: string, ice: IceSpec): void;
  /** Harmless when it has ended already. */
  end(id: string, reason: SessionEnd, detail?: string): void;
  endAll(reason: SessionEnd): void;
  count(): number;
  /** Resolves when the last session has ended; at once when there is none. */
  empty(): Promise<void>;
  readonly events: Pick<MediaEvents, 'onDtls' | 'onConnected' | 'onMedia' | 'onFirstFrame' | 'onHints' | 'onClosed'>;
}

/** Without what is needed only to connect: there are many that have connected. */
interface Session extends Omit<NewSession, 'fingerprints' | 'setup' | 'identity' | 'ice'> {
  readonly dtls: Dtls;
  ice: IceSpec;
  formerUfrags: readonly string[];
  readonly startedMs: number;
  cancelTimeout: () => void;
  lastStep: Step;
  /** Something of it came to the media port. */
  wasHeard: boolean;
  /** What of a publisher stands in the log already. */
  logged: string;
}

export function sessions(options: SessionsOptions): Sessions {
  const { media, log, meter } = options;
  const table = new Map<string, Session>();
  const use = roomUse(options.clock, { onEntered: meter.roomEntered, onLeft: meter.roomLeft });
  let waiting: (() => void)[] = [];

  const end: Sessions['end'] = (id, reason, detail) => {
    const session = table.get(id);
    if (session === undefined) return;
    table.delete(id);
    close(options, session, reason);
    options.ended(id, reason);
    const seconds = secondsSince(options, session.startedMs);
    meter.ended(metered(session), { reason, last: session.lastStep, seconds });
    use.left(session.room);
    tellOfEnd(options, session, reason, detail);
    if (table.size > 0) return;
    for (const resolve of waiting) resolve();
    waiting = [];
  };

  return {
    open: ({ fingerprints, setup, identity, ...lasting }) => {
      const { id, ice } = lasting;
      const dtls = identity[setup === 'active' ? 'connect' : 'accept'](fingerprints, {
        send: (datagram) => media.sendDtls(id, datagram),
        onKeys: (keys) => {
          media.setKeys(id, keys);
          // A client may leave it at plain checks: who has keys was reached.
          reach(options, session, 'IceConnected');
          reach(options, session, 'DtlsConnected');
          connected(options, session);
        },
        onEnd: (reason, detail) => end(id, reason, detail),
      });
      const cancelTimeout = options.clock.after(handshakeTimeoutMs, () => end(id, 'HandshakeTimeout'));
      const startedMs = options.clock.now();
      const session: Session = {
        ...lasting,
        dtls,
        formerUfrags: [],
        startedMs,
        cancelTimeout,
        lastStep: 'Answered',
        wasHeard: false,
        logged: '',
      };
      table.set(id, session);
      use.entered(session.room);
      meter.opened(metered(session));
      media.addTransport({ id, ...ice });
      log.info('session opened', fields(options, session));
      options.audit({ event: 'SessionOpened', ...who(session), subject: session.subject });
    },
    get: (id) => table.get(id),
    restartIce: (id, ice) => {
      const session = table.get(id);
      if (session === undefined) return;
      session.formerUfrags = [...session.formerUfrags, session.ice.remoteUfrag].slice(-maxFormerUfrags);
      session.ice = ice;
      media.restartIce(id, ice);
      log.info('ICE restarts', fields(options, session));
    },
    end,
    endAll: (reason) => {
      for (const id of [...table.keys()]) end(id, reason);
    },
    count: () => table.size,
    empty: () => (table.size === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
    events: events(options, table, end),
  };
}

function events(
  options: SessionsOptions,
  table: ReadonlyMap<string, Session>,
  end: Sessions['end'],
): Sessions['events'] {
  const reached = (id: string, step: Step) => {
    const session = table.get(id);
    if (session === undefined) return;
    reach(options, session, step);
    options.log.debug('session reached', { session: shortId(id), step: session.lastStep });
  };
  const heard = (id: string) => {
    const session = table.get(id);
    if (session !== undefined) session.wasHeard = true;
    return session;
  };
  return {
    onDtls: (id, datagram) => heard(id)?.dtls.receive(datagram),
    onConnected: (id) => {
      reached(id, 'IceConnected');
      heard(id)?.dtls.begin();
    },
    onMedia: (id) => {
      if (table.get(id)?.role === 'publisher') options.hinted(id, []);
      reached(id, 'Media');
    },
    onFirstFrame: (id) => reached(id, 'FirstFrame'),
    onHints: (id, hints) => {
      const session = table.get(id);
      if (session === undefined) return;
      options.hinted(id, hints);
      for (const { reason, message } of hints) {
        if (session.logged.includes(reason)) continue;
        session.logged += `${reason} `;
        options.log.warn('publisher should change its encoder', { ...fields(options, session), reason, message });
      }
    },
    onClosed: (id, reason) => end(id, reason),
  };
}

const steps: readonly Step[] = ['Answered', 'IceConnected', 'DtlsConnected', 'Media', 'FirstFrame'];

/** Each step counts once, and none that comes behind a later one. */
function reach(options: SessionsOptions, session: Session, step: Step) {
  if (steps.indexOf(step) <= steps.indexOf(session.lastStep)) return;
  session.lastStep = step;
  options.meter.reached(metered(session), step, {
    sinceAsked: secondsSince(options, session.askedMs),
    sinceAnswered: secondsSince(options, session.startedMs),
  });
}

/** The wall clock may have been set back meanwhile. */
const secondsSince = ({ clock }: SessionsOptions, ms: number) => Math.max(0, clock.now() - ms) / 1000;

function connected(options: SessionsOptions, session: Session) {
  session.cancelTimeout();
  if (session.role === 'publisher')
    session.cancelTimeout = watchForMedia(
      options.clock,
      () => session.lastStep !== 'DtlsConnected',
      () => sentNothing(options, session),
    );
  options.admission.left(session.id);
  options.rooms.connected(session.room, session.id);
  options.log.info('session connected', fields(options, session));
}

function sentNothing({ meter, log, clock, hinted }: SessionsOptions, session: Session) {
  meter.sentNothing(session.room);
  hinted(session.id, [noMedia]);
  log.warn('publisher is connected and sends nothing: look at its encoder, and at firewalls between', {
    ...fields({ clock }, session),
  });
}

function tellOfEnd(options: SessionsOptions, session: Session, reason: SessionEnd, detail?: string) {
  const about = fields(options, session);
  options.log.info('session ended', { ...about, reason, detail });
  if (reason === 'HandshakeTimeout' && !session.wasHeard) options.unreached(about);
  options.audit({ event: 'SessionEnded', ...who(session), why: reason });
}

/** In this order: the farewell still goes by the transport. */
function close({ media, rooms, admission }: SessionsOptions, session: Session, reason: SessionEnd) {
  const { id, room, dtls, cancelTimeout } = session;
  cancelTimeout();
  dtls.close();
  media.removeTransport(id);
  rooms.leave(room, id, departureBy(reason));
  admission.left(id);
}

/** Who listens gets neither passwords nor ids. */
const metered = ({ role, room }: MeteredSession): MeteredSession => ({ role, room });

const who = ({ id, role, room, address }: Session) => ({ session: id, role, room, address });

const fields = ({ clock }: Pick<SessionsOptions, 'clock'>, { id, room, role, startedMs }: Session) => ({
  room,
  role,
  session: shortId(id),
  afterMs: clock.now() - startedMs,
});
