/** What a room's settings ask of whoever comes, as a check that the gate can use. */
import type { Auth } from '#crds/rooms-file.ts';
import type { Access } from './gate.ts';
import { type JwtAccessOptions, jwtAccess } from './jwt-access.ts';
import { tokenCheck } from './tokens.ts';

/** What was read of files, by their names. What cannot be read is not there, so that nobody gets in with it. */
export interface Keys {
  readonly tokens: ReadonlyMap<string, readonly Buffer[]>;
  readonly jwtSecrets: ReadonlyMap<string, readonly string[]>;
}

/**
 * One check for each `Auth` that settings have, made when it is first asked for: other keys come with other settings, in
 * which each `Auth` is another object.
 */
export function roomAccess(options: JwtAccessOptions): (auth: Auth, keys: Keys) => Access {
  const jwt = jwtAccess(options);
  const made = new WeakMap<Auth, Access>();
  return (auth, keys) => {
    const known = made.get(auth) ?? checkOf(auth, keys, jwt);
    made.set(auth, known);
    return known;
  };
}

function checkOf(auth: Auth, { tokens, jwtSecrets }: Keys, jwt: ReturnType<typeof jwtAccess>): Access {
  if (auth.mode === 'None') return 'open';
  if (auth.mode === 'BearerToken') return tokenCheck(tokens.get(auth.tokenFile) ?? []);
  const from = auth.issuer === undefined ? {} : { issuer: auth.issuer };
  if ('jwksURL' in auth) return jwt({ ...from, keyOf: 'Everybody', jwksUrl: auth.jwksURL, audience: auth.audience });
  const to = auth.audience === undefined ? {} : { audience: auth.audience };
  return jwt({ ...from, ...to, keyOf: 'Room', secrets: jwtSecrets.get(auth.secretFile) ?? [] });
}
