import { secretRef } from './secret-ref.ts';
import type { Schema } from './static.ts';

/** Browsers take no list in which one URL is none. */
const port = '([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])';
const host = `(\\[[0-9a-fA-F:.]+\\]|[a-zA-Z0-9]([-a-zA-Z0-9.]*[a-zA-Z0-9])?)(:${port})?`;

export const iceServers = {
  type: 'array',
  description:
    'STUN and TURN servers that clients are told of, in Link headers: relays for those whose networks let no UDP through to the media address. The server itself needs none.',
  maxItems: 8,
  'x-kubernetes-list-type': 'atomic',
  items: {
    type: 'object',
    required: ['urls'],
    properties: {
      urls: {
        type: 'array',
        description:
          'Where the server is, in the ways in which it can be reached, such as `turn:turn.example.com:3478?transport=udp`.',
        minItems: 1,
        maxItems: 8,
        'x-kubernetes-list-type': 'set',
        items: {
          type: 'string',
          maxLength: 300,
          pattern: `^(stuns?:${host}|turns?:${host}([?]transport=(udp|tcp))?)$`,
        },
      },
      secretRef: secretRef(
        "A key of a Secret in the room's namespace that holds the secret of a TURN server, which coturn calls static-auth-secret. Clients get credentials made with it. A change replaces the pods, when update.policy says so.",
      ),
      credentialTTL: {
        type: 'string',
        description:
          'How long credentials of a TURN server are good for; 5m unless given. Servers that look at it when a relay is kept (coturn does not) need more than sessions last.',
        maxLength: 12,
        pattern: '^([0-9]+(ms|s|m|h))+$',
        between: ['1m', '24h'],
        'x-kubernetes-validations': [
          {
            rule: "duration(self) >= duration('1m') && duration(self) <= duration('24h')",
            message: 'must be between 1m and 24h',
          },
        ],
      },
    },
    'x-kubernetes-validations': [
      {
        rule: "has(self.secretRef) || self.urls.all(url, url.startsWith('stun'))",
        message: 'a TURN server needs a secretRef: browsers take none without credentials',
        fieldPath: '.urls',
      },
    ],
  },
} as const satisfies Schema;
