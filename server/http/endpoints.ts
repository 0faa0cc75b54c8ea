import type { Span } from '#tracing/tracer.ts';
import type { Access } from '../access/gate.ts';
import type { Refusal } from '../room/refusal.ts';
import type { Role } from '../room/room.ts';
import type { IceCredentials } from '../rtc/sdp/ice-credentials.ts';
import type { IceSession } from './ice-patch.ts';

/** What the endpoints do, apart from HTTP. Rooms are named `namespace/name`. */
export interface Endpoints {
  /** Throws {@link Refused} when there is no such room. */
  access(role: Role, room: string): Access;
  /** Why no new session of that role can be made now, whatever the room. */
  closed(role: Role): Refusal | undefined;
  /**
   * `waitedMs` is the time since the request came. The session's answer, and our username fragment, which names its ICE session.
   * Rejects with {@link Refused}.
   */
  create(asked: {
    readonly role: Role;
    readonly room: string;
    readonly sdp: string;
    readonly waitedMs: number;
    /** Whose request it is. */
    readonly address: string;
    /** Who it is, by a token that says so. */
    readonly subject?: string | undefined;
    /** The request's, where there are traces. */
    readonly span?: Span | undefined;
  }): Promise<{ readonly id: string; readonly answer: string; readonly localUfrag: string }>;
  /**
   * `Link` headers of the STUN and TURN servers of a room, with credentials: for those alone who are authorized. They
   * name the session, once there is one.
   */
  iceLinks(room: string, session?: string): readonly string[];
  exists(room: string): boolean;
  /** Rooms of that name, in whatever namespace. */
  named(name: string): readonly string[];
  has(role: Role, room: string, id: string): boolean;
  /** Whose session it is, if it was opened with a token that said so. */
  subject(id: string): string | undefined;
  /** Undefined once the session has ended. */
  ice(id: string): IceSession | undefined;
  /** Begins a new ICE session with the client's new credentials. Undefined once the session has ended. */
  restartIce(
    id: string,
    client: IceCredentials,
  ): { readonly fragment: string; readonly localUfrag: string } | undefined;
  /** By what a viewer sent. Throws {@link Refused}. */
  chooseLayer(id: string, asked: string): void;
  end(id: string): void;
}
