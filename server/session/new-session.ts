import type { DownTrack, IceSpec, Kind, UpTrack } from '../media/plane.ts';
import type { Role } from '../room/room.ts';
import type { DtlsIdentity } from '../rtc/dtls/dtls.ts';
import type { Fingerprint } from '../rtc/dtls/fingerprint.ts';

/** What is known of a client before it connects. */
export interface NewSession {
  readonly id: string;
  readonly role: Role;
  /** `namespace/name`. */
  readonly room: string;
  /** Whose it is: its client's address, and what the token called the client if it did. */
  readonly address: string;
  readonly subject?: string | undefined;
  /** When the request with its offer came, on the clock of the sessions. */
  readonly askedMs: number;
  /** What it will send, if it is a publisher. */
  readonly published: readonly UpTrack[];
  /** What it can be sent, if it is a subscriber. */
  readonly received: readonly DownTrack[];
  readonly ice: IceSpec;
  /** The m-sections of its offer; of an only one that has no name, the empty one. */
  readonly mids: readonly string[];
  /** The section of the answer that has the transport of all. */
  readonly transportSection: { readonly kind: Kind; readonly mid: string };
  readonly fingerprints: readonly Fingerprint[];
  /** Who begins with DTLS: we when it is `active`. */
  readonly setup: 'active' | 'passive';
  readonly identity: DtlsIdentity;
}

/** What is known of a session while it lives. */
export interface KnownSession
  extends Pick<
    NewSession,
    'role' | 'room' | 'subject' | 'published' | 'received' | 'ice' | 'mids' | 'transportSection'
  > {
  /** The client's username fragments before restarts; the newest of them, last. */
  readonly formerUfrags: readonly string[];
}
