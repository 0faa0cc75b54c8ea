import { type Side, signingKeyFile, tokenFile, tokenKey, tokensSecretName } from '#crds/contract.ts';
import type { LiveRoom } from '#crds/liveroom.ts';
import { turnSecrets } from './ice-servers.ts';
import { roomMeta } from './labels.ts';

/** Where one side's token comes from, and which file shows it to the server. */
export interface TokenSource {
  readonly side: Side;
  readonly secret: string;
  readonly key: string;
  readonly file: string;
  /** Nobody named a Secret: we make one. */
  readonly isGenerated: boolean;
}

/**
 * Where a pod looks for each side's token. A side that is open has a place too: that of a generated token, which may be
 * missing. So a room is locked by an edit alone, while somebody is live, without another pod.
 */
export function tokenPlaces(room: LiveRoom): readonly TokenSource[] {
  const { namespace, name } = room.metadata;
  const place = (side: Side): TokenSource => {
    const { mode, secretRef } = room.spec[side].auth;
    const fileName = mode === 'JWT' && secretRef !== undefined ? signingKeyFile : tokenFile;
    const { secret, key } = secretRef
      ? { secret: secretRef.name, key: secretRef.key }
      : { secret: tokensSecretName(name), key: tokenKey[side] };
    return { side, secret, key, file: fileName(namespace, name, side), isGenerated: secretRef === undefined };
  };
  return [place('publish'), place('play')];
}

/** The tokens and secrets that a room uses: none for a side that is open, or whose keys are an identity provider's. */
export const tokenSources = (room: LiveRoom): readonly TokenSource[] =>
  tokenPlaces(room).filter(({ side, isGenerated }) => {
    const { mode } = room.spec[side].auth;
    return mode === 'BearerToken' || (mode === 'JWT' && !isGenerated);
  });

/** A Secret that somebody else looks after, and the field that names it. */
export interface GivenSecret {
  readonly field: string;
  readonly secret: string;
  readonly key: string;
  /** JSON Web Tokens are signed with it. */
  readonly isSigningKey: boolean;
}

/** What has to be there for the room's pods to begin: tokens, and secrets of TURN servers. */
export const givenSecrets = (room: LiveRoom): readonly GivenSecret[] => [
  ...tokenSources(room)
    .filter(({ isGenerated }) => !isGenerated)
    .map(({ side, secret, key }) => ({
      field: `spec.${side}.auth.secretRef`,
      secret,
      key,
      isSigningKey: room.spec[side].auth.mode === 'JWT',
    })),
  ...turnSecrets(room).map(({ secret, key }) => ({
    field: 'spec.network.iceServers[].secretRef',
    secret,
    key,
    isSigningKey: false,
  })),
];

/** Whether there is anything to check tokens with, in mode JWT. What is not said may come from the operator's defaults. */
export const hasKeys = ({ secretRef, jwksURL, audience }: LiveRoom['spec'][Side]['auth']): boolean =>
  secretRef !== undefined || (jwksURL !== undefined && Boolean(audience));

/** The first side whose tokens nobody could check. */
export const keylessSide = (room: LiveRoom): Side | undefined =>
  (['publish', 'play'] as const).find((side) => {
    const { auth } = room.spec[side];
    return auth.mode === 'JWT' && !hasKeys(auth);
  });

/** The Secret with generated tokens. Made once, so it is none of the desired objects; `tokens` are in clear. */
export const tokensSecret = (room: LiveRoom, tokens: Readonly<Record<string, string>>) =>
  ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: roomMeta(room, tokensSecretName(room.metadata.name)),
    type: 'Opaque',
    stringData: tokens,
  }) as const;
