/**
 * Rooms that take JSON Web Tokens. What checks them is loaded when the first token comes, and the keys of a provider
 * are kept for all rooms that trust it, whatever becomes of their settings.
 */
import type { Clock } from '../room/rooms.ts';
import type { Access } from './gate.ts';
import { jwksAt } from './jwks.ts';
import type { JwtCheck, KeySet } from './jwt.ts';
import { type KeptKeys, keptKeys } from './kept-keys.ts';
import { recent } from './recent.ts';

/** Whose tokens a room takes. Secrets are as `algorithmsOf` takes them. */
export type JwtAuth = { readonly issuer?: string } & (
  | {
      readonly keyOf: 'Room';
      readonly secrets: readonly string[];
      readonly audience?: string;
    }
  | { readonly keyOf: 'Everybody'; readonly jwksUrl: string; readonly audience: string }
);

export interface JwtAccessOptions {
  readonly clock: Clock;
  /** Told of each reading of keys that failed. */
  readonly onProblem: (error: unknown) => void;
}

/** More than one pod's rooms will have. */
const manyProviders = 100;

export function jwtAccess({ clock, onProblem }: JwtAccessOptions): (auth: JwtAuth) => Exclude<Access, 'open'> {
  const providers = recent<KeptKeys<KeySet>>(manyProviders);

  const made = async (auth: JwtAuth): Promise<JwtCheck> => {
    const { jwtCheck, keySet } = await import('./jwt.ts');
    if (auth.keyOf === 'Room') return jwtCheck({ ...auth, clock });
    const { jwksUrl, ...expected } = auth;
    const read = async (signal: AbortSignal) => keySet(await jwksAt(urlOf(jwksUrl))(signal));
    const keys = providers.get(jwksUrl) ?? keptKeys({ read, clock, onProblem });
    providers.set(jwksUrl, keys);
    return jwtCheck({ ...expected, keySet: keys, clock });
  };
  return (auth) => {
    let check: Promise<JwtCheck> | undefined;
    return async (token, asked) => {
      check ??= made(auth);
      return (await check)(token, asked);
    };
  };
}

/** What the API server takes for a URL may be none all the same, such as one with port 99999. */
function urlOf(text: string): URL {
  const url = URL.parse(text);
  if (url === null) throw new Error(`${text.split('?', 1)[0]} is no URL to read keys at`);
  return url;
}
