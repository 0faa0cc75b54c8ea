/** The settings that change while the server runs: files that are mounted into the pod. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RoomSettings } from '#crds/rooms-file.ts';
import { manyTokens, tokenLines } from '#crds/token-lines.ts';
import { algorithmsOf } from '../access/jwt-secret.ts';
import { sha256 } from '../access/tokens.ts';
import type { Config } from '../config/config.ts';
import { endpoints } from '../config/values.ts';
import type { Endpoint } from '../media/udp/address.ts';
import { type ReadRooms, readRooms } from './rooms-file.ts';
import { otherPods, sharedSecrets } from './shared-secrets.ts';

export interface Settings {
  readonly rooms: readonly RoomSettings[];
  readonly drainTimeoutMs: number;
  /** SHA-256 of the tokens in each file, by its name; without those that cannot be read. */
  readonly tokens: ReadonlyMap<string, readonly Buffer[]>;
  /** Secrets that JSON Web Tokens are signed with, in the same way. */
  readonly jwtSecrets: ReadonlyMap<string, readonly string[]>;
  /** What TURN servers share with us, in the same way. */
  readonly turnSecrets: ReadonlyMap<string, string>;
  /** What the pods of the namespace share, of which the first seals; none where there are no such pods, or not yet. */
  readonly sharedSecrets: readonly string[];
  /** UIDs of the room's other pods; undefined where nobody says. */
  readonly otherPods: readonly string[] | undefined;
  /** The tokens that stand in the rooms file itself or were made up, by the same names; none in a pod. */
  readonly spokenTokens: ReadonlyMap<string, string>;
  /** Where clients reach the media port; undefined as long as nobody has said. */
  readonly announced: readonly Endpoint[] | undefined;
}

export type Files = Pick<
  Config,
  'roomsFile' | 'tokensDir' | 'announce' | 'media' | 'defaultTokens' | 'isOperated' | 'peer'
>;

/** What a file is for, and what is wrong with it. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/** Reads all of the files; those of a pod may lack tokens. Rejects with a {@link SettingsError} that names the file. */
export async function readSettings(files: Files): Promise<Settings> {
  const { settings, unreadable } = await readWhatIsThere(files);
  if (unreadable !== undefined && !files.isOperated) throw unreadable;
  return settings;
}

/**
 * A token that cannot be read is left out, so that nobody gets in with it; the first such is told. `before` are the shared
 * secrets that are in force.
 */
export async function readWhatIsThere(
  files: Files,
  before: readonly string[] = [],
  roomsOf: typeof rooms = rooms,
): Promise<{ settings: Settings; unreadable: SettingsError | undefined }> {
  const read = roomsOf(await text(files.roomsFile, 'the rooms file'), files);
  const tokens = new Map<string, readonly Buffer[]>();
  const jwtSecrets = new Map<string, readonly string[]>();
  const turnSecrets = new Map<string, string>();
  let unreadable: SettingsError | undefined;
  for (const auth of read.file.rooms.flatMap(({ publish, play }) => [publish.auth, play.auth]))
    try {
      if (auth.mode === 'BearerToken')
        tokens.set(auth.tokenFile, (await words(auth.tokenFile, read, files)).map(sha256));
      if ('secretFile' in auth) jwtSecrets.set(auth.secretFile, await secrets(auth.secretFile, read, files));
    } catch (error) {
      unreadable ??= error as SettingsError;
    }
  for (const { secretFile } of read.file.rooms.flatMap(({ iceServers = [] }) => iceServers))
    try {
      // The first: a TURN server that takes two while one takes the other's place takes either.
      if (secretFile !== undefined) turnSecrets.set(secretFile, (await words(secretFile, read, files))[0] ?? '');
    } catch (error) {
      unreadable ??= error as SettingsError;
    }
  const shared = await sharedSecrets(files.peer, before);
  if (shared.problem !== undefined) unreadable ??= new SettingsError(shared.problem);
  const { rooms: all, drain } = read.file;
  const settings = {
    rooms: all,
    drainTimeoutMs: drain.timeoutMs,
    tokens,
    jwtSecrets,
    turnSecrets,
    sharedSecrets: shared.secrets,
    otherPods: await otherPods(files.peer),
    spokenTokens: read.tokens,
    announced: await announced(files),
  };
  return { settings, unreadable };
}

function rooms(content: string, { roomsFile, ...how }: Files): ReadRooms {
  try {
    return readRooms(content, how);
  } catch (error) {
    throw new SettingsError(`The rooms file ${roomsFile} is refused: ${messageOf(error)}`, { cause: error });
  }
}

/**
 * Parses a rooms file only when its text is not the one of before: 500 rooms take 186 ms on a busy machine. Each reading
 * has objects of its own, as what is kept for those of before, such as what checks their tokens, is not to be found by them.
 */
export function roomsAgain(): typeof rooms {
  let last: { readonly content: string; readonly read: ReadRooms } | undefined;
  return (content, files) => {
    if (last?.content !== content) last = { content, read: rooms(content, files) };
    return structuredClone(last.read);
  };
}

/** A token, or a secret; several, a line each, while one takes another's place. */
async function words(name: string, { tokens }: ReadRooms, { tokensDir }: Files): Promise<readonly string[]> {
  const known = tokens.get(name);
  if (known !== undefined) return [known];
  if (tokensDir === undefined)
    throw new SettingsError(`No folder of tokens is given (--tokens-dir), and token ${name} is needed.`);
  const content = await text(join(tokensDir, name), 'the token');
  const given = tokenLines(content);
  if (given.length === 0) throw new SettingsError(`The token ${join(tokensDir, name)} is empty.`);
  if (given.length > manyTokens)
    throw new SettingsError(
      `The token ${join(tokensDir, name)} has more than ${manyTokens} lines, one for each token.`,
    );
  return given;
}

async function secrets(name: string, read: ReadRooms, files: Files): Promise<readonly string[]> {
  const found = await words(name, read, files);
  for (const secret of found)
    try {
      algorithmsOf(secret);
    } catch (error) {
      throw new SettingsError(`The JWT secret ${name} cannot be used: ${messageOf(error)}`, { cause: error });
    }
  return found;
}

/** The operator writes the address once the pod's node is known: until then the file is empty, or not there. */
async function announced({ announce, media }: Files): Promise<readonly Endpoint[] | undefined> {
  if (announce === undefined) {
    const { address, port, alsoAt } = media;
    return [address, ...(alsoAt ? [alsoAt] : [])].map((one) => ({ address: one, port }));
  }
  if ('endpoints' in announce) return announce.endpoints;
  const content = await readFile(announce.file, 'utf8').catch(() => '');
  if (content.trim() === '') return undefined;
  return endpoints(content, `The media address in ${announce.file}`);
}

async function text(path: string, what: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const why = unreadable[(error as NodeJS.ErrnoException).code ?? ''] ?? messageOf(error);
    throw new SettingsError(`Cannot read ${what} ${path}: ${why}`, { cause: error });
  }
}

const unreadable: Readonly<Record<string, string>> = { ENOENT: 'there is no such file', EISDIR: 'it is a folder' };

export const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
