/**
 * JSON Web Tokens (RFC 7519): whether one is genuine and in time; what it allows is for claims.ts. The only file that
 * imports jose, and itself to be imported when the first room needs it: most rooms have plain tokens.
 *
 * Which algorithms a token may name is decided by the kind of key, never by the token (RFC 8725 section 3.1): a secret
 * checks HS256, HS384 and HS512, a key set RS256 and ES256.
 */
import type { JSONWebKeySet, JWTVerifyOptions } from 'jose';
import {
  JOSEAlgNotAllowed,
  JOSENotSupported,
  JWKSMultipleMatchingKeys,
  JWKSNoMatchingKey,
  JWSInvalid,
  JWSSignatureVerificationFailed,
  JWTClaimValidationFailed,
  JWTExpired,
  JWTInvalid,
} from 'jose/errors';
import { createLocalJWKSet } from 'jose/jwks/local';
import { jwtVerify } from 'jose/jwt/verify';
import type { Clock } from '../room/rooms.ts';
import { type Asked, allowance, type Claims, leewaySeconds } from './claims.ts';
import { algorithmsOf } from './jwt-secret.ts';
import { type KeptKeys, KeysUnavailable } from './kept-keys.ts';
import { type Denied, denied, type Verdict } from './verdict.ts';

export type KeySet = ReturnType<typeof createLocalJWKSet>;

/** Several secrets are in force while one takes another's place; none, and nobody gets in. */
type Keys = { readonly secrets: readonly string[] } | { readonly keySet: KeptKeys<KeySet> };

/** Who signs for many rooms must say that a token is meant for us; a room's own key is used for nothing else. */
type Scope =
  | { readonly keyOf: 'Room'; readonly audience?: string }
  | { readonly keyOf: 'Everybody'; readonly audience: string };

export type JwtOptions = Keys & Scope & { readonly issuer?: string; readonly clock: Pick<Clock, 'now'> };

export type JwtCheck = (token: string, asked: Asked) => Promise<Verdict>;

type Verified = (token: string, currentDate: Date) => Promise<Claims>;

/** Players come back after this when keys are missing for a moment. */
const keysRetryMs = 5000;

/** Throws for what is no JSON Web Key Set. */
export const keySet = (document: unknown): KeySet => createLocalJWKSet(document as JSONWebKeySet);

/**
 * Says whether a token allows what is asked. Never rejects: what is wrong with a token, or with our keys, is a denial.
 * Throws a RangeError for a secret that is too short.
 */
export function jwtCheck({ keyOf, audience, issuer, clock, ...keys }: JwtOptions): JwtCheck {
  const expected = {
    requiredClaims: ['exp'],
    clockTolerance: leewaySeconds,
    ...(audience !== undefined && { audience }),
    ...(issuer !== undefined && { issuer }),
  };
  const verified = 'keySet' in keys ? byKeySet(keys.keySet, expected) : bySecrets(keys.secrets, expected);
  return async (token, asked) => {
    const nowMs = clock.now();
    try {
      return allowance(await verified(token, new Date(nowMs)), { ...asked, keyOf, nowMs });
    } catch (error) {
      return denial(error);
    }
  };
}

function bySecrets(secrets: readonly string[], expected: JWTVerifyOptions): Verified {
  const known = secrets.map((secret) => ({ key: Buffer.from(secret), algorithms: [...algorithmsOf(secret)] }));
  return async (token, currentDate) => {
    let failure: unknown = new KeysUnavailable('There is no secret.');
    for (const { key, algorithms } of known) {
      try {
        return (await jwtVerify(token, key, { ...expected, algorithms, currentDate })).payload;
      } catch (error) {
        failure = error;
        if (!(error instanceof JWSSignatureVerificationFailed || error instanceof JOSEAlgNotAllowed)) break;
      }
    }
    throw failure;
  };
}

function byKeySet(kept: KeptKeys<KeySet>, expected: JWTVerifyOptions): Verified {
  const algorithms = ['RS256', 'ES256'];
  return async (token, currentDate) => {
    const by = async (keys: KeySet) => (await jwtVerify(token, keys, { ...expected, algorithms, currentDate })).payload;
    const keys = await kept.now();
    try {
      return await by(keys);
    } catch (error) {
      // A key may be another one's successor under the same name, or without one.
      const isOfAnother = error instanceof JWKSNoMatchingKey || error instanceof JWSSignatureVerificationFailed;
      const newer = isOfAnother ? await kept.newer(keys) : undefined;
      if (newer === undefined) throw error;
      return await by(newer);
    }
  };
}

/** Signatures come first, so whatever is said of a claim is said of a genuine token. */
function denial(error: unknown): Denied {
  if (error instanceof JWTExpired) return denied('Expired', 'The token has expired; get a new one.');
  if (error instanceof JWTClaimValidationFailed) return denied('Unusable', claimDetail(error));
  if (error instanceof JWKSNoMatchingKey)
    return denied('UnknownKey', 'The token is signed with a key that is not in the key set; see its alg and kid.');
  if (error instanceof JWKSMultipleMatchingKeys)
    return denied('UnknownKey', 'The token must name its key by kid: there are several that it could be of.');
  if (error instanceof JOSEAlgNotAllowed)
    return denied('Wrong', 'The token is signed by an algorithm that is not used here, or that needs a longer secret.');
  const isMalformed = error instanceof JWSInvalid || error instanceof JWTInvalid || error instanceof JOSENotSupported;
  if (isMalformed || error instanceof JWSSignatureVerificationFailed)
    return denied(
      'Wrong',
      'The token is no JSON Web Token of this room: it cannot be read, or its signature is wrong.',
    );
  const detail = 'The server has no keys to check tokens with at the moment. Try again soon.';
  // That there are none has been told when they could not be read.
  const told = error instanceof KeysUnavailable ? {} : { cause: error };
  return { ...denied('KeysUnavailable', detail), retryAfterMs: keysRetryMs, ...told };
}

function claimDetail({ claim, reason }: JWTClaimValidationFailed): string {
  if (reason === 'missing') return `The token has no claim ${claim}, and needs it.`;
  if (claim === 'nbf') return 'The token is not valid yet, by this clock; see its nbf claim.';
  return `The token's claim ${claim} is not what it has to be here.`;
}
