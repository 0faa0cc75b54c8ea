import type { RoomSettings } from '#crds/rooms-file.ts';
import { isIceUrl } from '../access/turn-credentials.ts';
import { type Fields, fileName, integer, list, oneWord, RoomsFileError, record } from './rooms-file-fields.ts';

export interface TurnSecrets {
  /** What stands in the rooms file itself goes here, by the name of the file in which it would be. */
  readonly tokens: Map<string, string>;
  /** Where the secret is that belongs to the server at a place of the list, unless the file says. */
  readonly fileOf: (index: number) => string;
}

/** The STUN and TURN servers of a room; nothing where none are named. Throws a {@link RoomsFileError}. */
export function iceServers(value: unknown, path: string, secrets: TurnSecrets): Pick<RoomSettings, 'iceServers'> {
  if (value === undefined) return {};
  const one = (item: unknown, index: number) =>
    iceServer(record(item, `${path}[${index}]`), index, { ...secrets, path });
  return { iceServers: list(value, path).map(one) };
}

function iceServer(fields: Fields, index: number, { tokens, fileOf, path }: TurnSecrets & { readonly path: string }) {
  const at = `${path}[${index}]`;
  const urls = list(fields['urls'], `${at}.urls`).map((url, i) => iceUrl(url, `${at}.urls[${i}]`));
  const { secret, secretFile, credentialTTLMs: ttl } = fields;
  const lasts = ttl === undefined ? {} : { credentialTTLMs: integer(ttl, `${at}.credentialTTLMs`, 60_000, dayMs) };
  const isRelay = urls.some((url) => /^turn/i.test(url));
  if (secret === undefined && secretFile === undefined) {
    if (isRelay) throw new RoomsFileError(`${at} is a TURN server, and needs a secret or a secretFile`);
    return { urls };
  }
  if (secret === undefined) return { urls, secretFile: fileName(secretFile, `${at}.secretFile`), ...lasts };
  const file = fileOf(index);
  tokens.set(file, oneWord(secret, `${at}.secret`));
  return { urls, secretFile: file, ...lasts };
}

const dayMs = 24 * 60 * 60_000;

function iceUrl(value: unknown, path: string): string {
  if (typeof value === 'string' && isIceUrl(value)) return value;
  const shown = (JSON.stringify(value) ?? 'nothing').slice(0, 60);
  throw new RoomsFileError(`${path} must be a URL such as turn:turn.example.com:3478?transport=udp, not ${shown}`);
}
