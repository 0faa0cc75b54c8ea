/** Which keys a rooms file has: a misspelt one would be passed over, and its default be in force without a word. */

/** What may stand where: a mapping with these keys, a list of one thing, or (`true`) anything without keys of ours. */
type Shape = true | readonly [Shape] | { readonly [key: string]: Shape };

const auth: Shape = {
  mode: true,
  token: true,
  tokenFile: true,
  secret: true,
  secretFile: true,
  jwksURL: true,
  issuer: true,
  audience: true,
};

const roomsFile: Shape = {
  rooms: [
    {
      namespace: true,
      name: true,
      publish: { auth, onConflict: true, reconnectGraceMs: true, codecs: true },
      play: { auth, maxSubscribers: true },
      iceServers: [{ urls: true, secret: true, secretFile: true, credentialTTLMs: true }],
      alerts: { highSubscriberCount: true, nearCapacityPercent: true, publisherExpected: true },
    },
  ],
  drain: { timeoutMs: true },
};

/** A key that is not one of ours, and those that are. */
export interface UnknownKey {
  /** As `rooms[0].publish.onConflicts`. */
  readonly path: string;
  readonly known: readonly string[];
}

/** The first key that no rooms file has. What has the wrong form altogether is for others to say. */
export const unknownKey = (file: unknown): UnknownKey | undefined => find(file, roomsFile, '');

function find(value: unknown, shape: Shape, path: string): UnknownKey | undefined {
  if (shape === true || typeof value !== 'object' || value === null) return undefined;
  const parts = isList(shape)
    ? (Array.isArray(value) ? value : []).map((item, index) => find(item, shape[0], `${path}[${index}]`))
    : Object.entries(value).map(([key, part]) => ofKey(key, part, shape, path));
  return parts.find((found) => found !== undefined);
}

function ofKey(key: string, value: unknown, shape: Exclude<Shape, true | readonly [Shape]>, path: string) {
  const at = path === '' ? key : `${path}.${key}`;
  const inner = Object.hasOwn(shape, key) ? shape[key] : undefined;
  return inner === undefined ? { path: at, known: Object.keys(shape) } : find(value, inner, at);
}

const isList = (shape: Shape): shape is readonly [Shape] => Array.isArray(shape);
