/** Tokens made by hand, and a provider that publishes its keys: what an identity provider is to us. */
import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token that one of our secrets signs. */
export function tokenBySecret(
  claims: unknown,
  secret: string,
  { bits = 256, header = {} }: { bits?: 256 | 384 | 512; header?: object } = {},
): string {
  const signed = `${part({ alg: `HS${bits}`, typ: 'JWT', ...header })}.${part(claims)}`;
  return `${signed}.${createHmac(`sha${bits}`, secret).update(signed).digest('base64url')}`;
}

export interface SigningKey {
  readonly kid: string;
  /** As it stands in a key set. */
  readonly jwk: object;
  token(claims: unknown, header?: object): string;
}

/** A key of a provider, for RS256 or ES256. */
export function signingKey(alg: 'RS256' | 'ES256', kid: string, modulusLength = 2048): SigningKey {
  const { privateKey, publicKey } =
    alg === 'RS256'
      ? generateKeyPairSync('rsa', { modulusLength })
      : generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return {
    kid,
    jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' },
    token: (claims, header = { kid }) => signedBy(privateKey, claims, { alg, ...header }),
  };
}

function signedBy(key: KeyObject, claims: unknown, header: object): string {
  const signed = `${part(header)}.${part(claims)}`;
  const signature = sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}

export interface Provider {
  readonly url: URL;
  /** How often it was asked. */
  asked(): number;
  /** How many left before they had an answer. */
  left(): number;
  /** From now on it answers with this. */
  answers(status: number, body: string | object): void;
  /** From now on it takes requests and says nothing. */
  hangs(): void;
  stop(): Promise<void>;
}

export async function provider(keys: readonly SigningKey[]): Promise<Provider> {
  let asked = 0;
  let left = 0;
  let answer: { status: number; body: string } | undefined = { status: 200, body: keySetOf(keys) };
  const server = createServer((_request, response) => {
    asked += 1;
    response.on('close', () => {
      if (!response.writableFinished) left += 1;
    });
    if (answer === undefined) return;
    const { status, body } = answer;
    response.writeHead(status, { 'content-type': 'application/json', location: '/elsewhere' }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/keys?of=ours`),
    asked: () => asked,
    left: () => left,
    answers: (status, body) => {
      answer = { status, body: typeof body === 'string' ? body : JSON.stringify(body) };
    },
    hangs: () => {
      answer = undefined;
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export const keySetOf = (keys: readonly SigningKey[]) => JSON.stringify({ keys: keys.map(({ jwk }) => jwk) });
