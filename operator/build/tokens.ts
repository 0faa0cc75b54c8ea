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

/** The tokens that a room uses: none for a side that is open. */
export function tokenSources(room: LiveRoom): readonly TokenSource[] {
  const { namespace, name } = room.metadata;
  const source = (side: Side): TokenSource[] => {
    const { mode, secretRef } = room.spec[side].auth;
    if (mode === 'None') return [];
    const place =
      secretRef === undefined
        ? { secret: tokensSecretName(name), key: tokenKey[side] }
        : { secret: secretRef.name, key: secretRef.key };
    return [{ side, ...place, file: tokenFile(namespace, name, side), isGenerated: secretRef === undefined }];
  };
  return [...source('publish'), ...source('play')];
}

/** The Secret with generated tokens. Made once, so it is none of the desired objects; `tokens` are in clear. */
export const tokensSecret = (room: LiveRoom, tokens: Readonly<Record<string, string>>) =>
  ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: roomMeta(room, tokensSecretName(room.metadata.name)),
    type: 'Opaque',
    stringData: tokens,
  }) as const;
