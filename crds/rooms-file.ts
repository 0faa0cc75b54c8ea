/** How a client proves that it may publish or play. `None` is a choice that somebody wrote down. */
export type Auth = { readonly mode: 'None' } | { readonly mode: 'BearerToken'; readonly tokenFile: string } | JWTAuth;

/** Tokens are signed with the room's own secret, or by an identity provider, for whose tokens an audience is a must. */
export type JWTAuth = { readonly mode: 'JWT'; readonly issuer?: string } & (
  | { readonly secretFile: string; readonly audience?: string }
  | { readonly jwksURL: string; readonly audience: string }
);

/** RED is no codec by itself: Opus, with what was said before repeated in each packet (RFC 2198). */
export const codecs = ['H264', 'VP8', 'VP9', 'AV1', 'Opus', 'RED'] as const;
export type Codec = (typeof codecs)[number];

/** What every browser has. */
export const defaultCodecs = ['H264', 'VP8', 'Opus'] as const satisfies readonly Codec[];

/** One room as a server pod is told of it. Durations are in milliseconds here; the LiveRoom has them as strings. */
export interface RoomSettings {
  readonly namespace: string;
  readonly name: string;
  readonly publish: {
    readonly auth: Auth;
    readonly onConflict: 'Reject' | 'TakeOver';
    readonly reconnectGraceMs: number;
    readonly codecs: readonly Codec[];
  };
  readonly play: { readonly auth: Auth /** 0: no limit of the room's own. */; readonly maxSubscribers: number };
  /** STUN and TURN servers that clients are told of. The file has the secret of a TURN server. */
  readonly iceServers?: readonly {
    readonly urls: readonly string[];
    readonly secretFile?: string;
    /** How long credentials are good for. */
    readonly credentialTTLMs?: number;
  }[];
  /** Where alerts about the room begin. The pod exports them, so that one rule serves every room. 0: never. */
  readonly alerts: {
    readonly highSubscriberCount: number;
    /** Of `maxSubscribers`. */
    readonly nearCapacityPercent: number;
    /** Always: a room that nobody publishes to is worth an alert. */
    readonly publisherExpected: 'Never' | 'Always';
  };
}

/** The content of `rooms.yaml`. */
export interface RoomsFile {
  readonly rooms: readonly RoomSettings[];
  readonly drain: { readonly timeoutMs: number };
}
