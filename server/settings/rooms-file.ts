/** The rooms file: YAML, checked word by word. In a pod the operator writes it; on a developer's machine a person does. */
import { parseDocument } from 'yaml';
import { type Side, tokenFile, turnSecretFile } from '#crds/contract.ts';
import { type Auth, codecs, defaultCodecs, type RoomSettings, type RoomsFile } from '#crds/rooms-file.ts';
import { iceServers } from './ice-servers-file.ts';
import { type UnknownKey, unknownKey } from './known-keys.ts';
import {
  type Fields,
  fileName,
  integer,
  list,
  matching,
  oneOf,
  oneWord,
  RoomsFileError,
  record,
} from './rooms-file-fields.ts';
import { yamlProblem } from './yaml-problem.ts';

/** A rooms file, and the tokens that stood in it or were given as defaults, by the name of their token file. */
export interface ReadRooms {
  readonly file: RoomsFile;
  readonly tokens: ReadonlyMap<string, string>;
}

const defaults = {
  reconnectGraceMs: 15_000,
  drainTimeoutMs: 9 * 60_000,
  alerts: { highSubscriberCount: 500, nearCapacityPercent: 90, publisherExpected: 'Never' },
} as const;
/** More than any room will hold. */
const manySubscribers = 1_000_000;
const dayMs = 24 * 60 * 60_000;

export interface ReadOptions {
  /** An operator wrote it. It may be newer than its pods, so keys that are not known are passed over. */
  readonly isOperated?: boolean | undefined;
  /** For sides that name no token. */
  readonly defaultTokens?: Readonly<Record<Side, string>> | undefined;
}

/**
 * Reads the text of a rooms file. Whatever may be left out has the default that the LiveRoom resource has. Throws a
 * {@link RoomsFileError}.
 */
export function readRooms(text: string, { isOperated = false, defaultTokens }: ReadOptions = {}): ReadRooms {
  const document = parseDocument(text, { uniqueKeys: true });
  const [problem] = document.errors;
  if (problem) throw new RoomsFileError(yamlProblem(problem));
  const root = record(document.toJS({ maxAliasCount: 100 }), 'the file');
  const unknown = isOperated ? undefined : unknownKey(root);
  if (unknown) throw new RoomsFileError(strange(root, unknown));
  const tokens = new Map<string, string>();
  const rooms = list(root['rooms'], 'rooms').map((value, index) =>
    room(record(value, `rooms[${index}]`), `rooms[${index}]`, { tokens, defaultTokens }),
  );
  const twice = rooms.find(({ name }, index) => rooms.findIndex((other) => other.name === name) < index);
  if (twice) throw new RoomsFileError(`rooms: two rooms are named ${twice.name}; their metrics would be one series`);
  const mute = isOperated
    ? -1
    : rooms.findIndex(({ publish: { codecs: all } }) => all.includes('RED') && !all.includes('Opus'));
  if (mute >= 0) throw new RoomsFileError(`rooms[${mute}].publish.codecs: RED is Opus with redundancy; name Opus, too`);
  const drain = record(root['drain'] ?? {}, 'drain');
  const timeoutMs = integer(drain['timeoutMs'] ?? defaults.drainTimeoutMs, 'drain.timeoutMs', 0, dayMs);
  return { file: { rooms, drain: { timeoutMs } }, tokens };
}

/** Whoever gives a resource of Kubernetes has taken one kind of file for another. */
const strange = ({ kind }: Fields, { path, known }: UnknownKey): string =>
  kind === 'LiveRoom'
    ? 'it is a LiveRoom, which is for Kubernetes: npm start -- --room FILE takes it; a rooms file begins with "rooms:"'
    : `${path} is unknown; known there: ${known.join(', ')}`;

interface Tokens {
  readonly tokens: Map<string, string>;
  readonly defaultTokens: Readonly<Record<Side, string>> | undefined;
}

function room(fields: Fields, path: string, tokens: Tokens): RoomSettings {
  const name = dnsName(fields['name'], `${path}.name`);
  const namespace = dnsName(fields['namespace'] ?? 'default', `${path}.namespace`);
  const publish = record(fields['publish'] ?? {}, `${path}.publish`);
  const play = record(fields['play'] ?? {}, `${path}.play`);
  const access = (ofSide: Fields, side: Side) =>
    auth(record(ofSide['auth'] ?? {}, `${path}.${side}.auth`), `${path}.${side}.auth`, side, {
      ...tokens,
      fileName: tokenFile(namespace, name, side),
    });
  const grace = publish['reconnectGraceMs'] ?? defaults.reconnectGraceMs;
  return {
    namespace,
    name,
    publish: {
      auth: access(publish, 'publish'),
      onConflict: oneOf(publish['onConflict'] ?? 'Reject', `${path}.publish.onConflict`, ['Reject', 'TakeOver']),
      reconnectGraceMs: integer(grace, `${path}.publish.reconnectGraceMs`, 0, dayMs),
      codecs: list(publish['codecs'] ?? defaultCodecs, `${path}.publish.codecs`).map((codec, index) =>
        oneOf(codec, `${path}.publish.codecs[${index}]`, codecs),
      ),
    },
    play: {
      auth: access(play, 'play'),
      maxSubscribers: integer(play['maxSubscribers'] ?? 0, `${path}.play.maxSubscribers`, 0, manySubscribers),
    },
    ...iceServers(fields['iceServers'], `${path}.iceServers`, {
      tokens: tokens.tokens,
      fileOf: (index) => turnSecretFile(namespace, name, index),
    }),
    alerts: alerts({ ...defaults.alerts, ...record(fields['alerts'] ?? {}, `${path}.alerts`) }, `${path}.alerts`),
  };
}

const alerts = (fields: Fields, path: string): RoomSettings['alerts'] => ({
  highSubscriberCount: integer(fields['highSubscriberCount'], `${path}.highSubscriberCount`, 0, manySubscribers),
  nearCapacityPercent: integer(fields['nearCapacityPercent'], `${path}.nearCapacityPercent`, 0, 100),
  publisherExpected: oneOf(fields['publisherExpected'], `${path}.publisherExpected`, ['Never', 'Always']),
});

function auth(fields: Fields, path: string, side: Side, at: Tokens & { fileName: string }): Auth {
  const mode = oneOf(fields['mode'] ?? 'BearerToken', `${path}.mode`, ['BearerToken', 'JWT', 'None']);
  if (mode === 'None') return { mode };
  if (mode === 'JWT') return jwtAuth(fields, path, at);
  const inline = fields['token'];
  if (inline === undefined && fields['tokenFile'] !== undefined)
    return { mode, tokenFile: fileName(fields['tokenFile'], `${path}.tokenFile`) };
  const token = inline === undefined ? at.defaultTokens?.[side] : oneWord(inline, `${path}.token`);
  if (token !== undefined) at.tokens.set(at.fileName, token);
  return { mode, tokenFile: at.fileName };
}

function jwtAuth(fields: Fields, path: string, at: Tokens & { fileName: string }): Auth {
  const claim = (name: string) => (fields[name] === undefined ? undefined : claimText(fields[name], `${path}.${name}`));
  const issuer = claim('issuer');
  const audience = claim('audience');
  const from = { mode: 'JWT', ...(issuer !== undefined && { issuer }) } as const;
  if (fields['jwksURL'] !== undefined) {
    const jwksURL = jwksText(fields['jwksURL'], `${path}.jwksURL`);
    // Who signs for many must say that a token is meant for us.
    return { ...from, jwksURL, audience: audience ?? claimText(undefined, `${path}.audience`) };
  }
  const inline = fields['secret'];
  const named = inline === undefined ? fields['secretFile'] : undefined;
  if (inline !== undefined) at.tokens.set(at.fileName, jwtSecret(inline, `${path}.secret`));
  const secretFile = named === undefined ? at.fileName : fileName(named, `${path}.secretFile`);
  return { ...from, secretFile, ...(audience !== undefined && { audience }) };
}

const dnsName = matching(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'a name of at most 63 of a-z, 0-9 and -');

const claimText = matching(/^.{1,512}$/, 'a text of at most 512 characters');
const jwksText = matching(/^https?:\/\/[^/?#@\s]+([/?][^#\s]*)?$/, 'an http or https URL, without a user');
/** A key is as long as its hash at least, which is 256 bits (RFC 7518 section 3.2). */
const jwtSecret = matching(/^[!-~]{32,512}$/, 'a secret of 32 to 512 printable characters');
