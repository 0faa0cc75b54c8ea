import { tokenFile, tokenKey, tokensSecretName } from '#crds/contract.ts';
import type { LiveRoom } from '#crds/liveroom.ts';
import { roomMeta } from './labels.ts';

type Side = keyof typeof tokenKey;

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
    const { secretRef } = room.spec[side].auth;
    const { secret, key } = secretRef
      ? { secret: secretRef.name, key: secretRef.key }
      : { secret: tokensSecretName(name), key: tokenKey[side] };
    return { side, secret, key, file: tokenFile(namespace, name, side), isGenerated: secretRef === undefined };
  };
  return [place('publish'), place('play')];
}

/** The tokens that a room uses: none for a side that is open. */
export const tokenSources = (room: LiveRoom): readonly TokenSource[] =>
  tokenPlaces(room).filter(({ side }) => room.spec[side].auth.mode === 'BearerToken');

/** The Secret with generated tokens. Made once, so it is none of the desired objects; `tokens` are in clear. */
export const tokensSecret = (room: LiveRoom, tokens: Readonly<Record<string, string>>) =>
  ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: roomMeta(room, tokensSecretName(room.metadata.name)),
    type: 'Opaque',
    stringData: tokens,
  }) as const;
