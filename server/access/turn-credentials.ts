/**
 * Relays for clients behind strict firewalls, and how clients are told of them: as `Link` headers of the answer (RFC
 * 9725 section 4.6). A TURN server shares a secret with us, and lets in whoever shows what was made with it and has not
 * expired: the scheme that coturn calls its REST API (`use-auth-secret`, draft-uberti-behave-turn-rest-00).
 */
import { createHmac } from 'node:crypto';

/** A STUN server, or a TURN server with its secret; one machine may be both. */
export interface IceServer {
  /** As {@link isIceUrl} takes them. */
  readonly urls: readonly string[];
  /** What the TURN server was given as `static-auth-secret`. Never sent to anybody. */
  readonly secret?: string;
  /** How long credentials are good for. */
  readonly ttlMs?: number;
}

export interface TurnCredentials {
  readonly username: string;
  readonly credential: string;
}

export interface TurnCredentialsOptions {
  readonly secret: string;
  /** Stands in the TURN server's log; the short id of a session, so that it can be told whose relay it was. */
  readonly user: string;
  readonly nowMs: number;
  readonly ttlMs: number;
}

/**
 * They are used right away: a client that comes back later gets new ones with its new session. There are servers, though,
 * that look at the time again whenever a relay is to be kept; those need more than a session lasts.
 */
export const turnTtlMs = 5 * 60_000;

const port = String.raw`([1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d{2}|655[0-2]\d|6553[0-5])`;
const host = String.raw`(\[[\da-f:.]+\]|[a-z\d]([a-z\d.-]*[a-z\d])?)(:${port})?`;
const iceUrl = new RegExp(String.raw`^(stuns?:${host}|turns?:${host}(\?transport=(udp|tcp))?)$`, 'i');

/** `turn:host:port?transport=udp` and the like (RFC 7065 section 3.1), or `stun:host:port` (RFC 7064 section 3.1). */
export const isIceUrl = (text: string): boolean => text.length <= 512 && iceUrl.test(text);

/** A name and a password that expire: `expiry:user`, and the base64 of its HMAC-SHA1. */
export function turnCredentials({ secret, user, nowMs, ttlMs }: TurnCredentialsOptions): TurnCredentials {
  const username = `${Math.ceil((nowMs + ttlMs) / 1000)}:${user}`;
  return { username, credential: createHmac('sha1', secret).update(username).digest('base64') };
}

export interface LinksOptions {
  readonly user: string;
  readonly nowMs: number;
}

/**
 * The values of the `Link` headers, one for each URL. They hold credentials: for those alone who showed their token,
 * and never for the preflight of a browser (RFC 9725 section 4.6).
 */
export const iceServerLinks = (servers: readonly IceServer[], { user, nowMs }: LinksOptions): readonly string[] =>
  servers.flatMap(({ urls, secret, ttlMs = turnTtlMs }) => {
    const made = secret === undefined ? undefined : turnCredentials({ secret, user, nowMs, ttlMs });
    return urls.map((url) => link(url, /^turns?:/i.test(url) ? made : undefined));
  });

/** In this order: there are clients that look for just this. */
function link(url: string, made: TurnCredentials | undefined): string {
  const server = `<${url}>; rel="ice-server"`;
  if (made === undefined) return server;
  const [username, credential] = [quoted(made.username), quoted(made.credential)];
  return `${server}; username=${username}; credential=${credential}; credential-type="password"`;
}

/** A quoted-string (RFC 9110 section 5.6.4). */
const quoted = (text: string) => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
