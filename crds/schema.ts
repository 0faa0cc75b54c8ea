import { monitoring } from './monitoring-schema.ts';
import { network } from './network-schema.ts';
import { pod } from './pod-schema.ts';
import { codecs, defaultCodecs } from './rooms-file.ts';
import { secretRef } from './secret-ref.ts';
import type { Schema } from './static.ts';
import { tracing } from './tracing-schema.ts';

/**
 * The LiveRoom's spec, once: types are inferred from it, the CRD and its reference are generated from it. Every string,
 * list and map is bounded, because the API server refuses CEL rules whose worst case it cannot estimate. Objects with
 * defaults inside default to `{}` themselves, so that `spec: {}` is a working room.
 *
 * Of a field that `clusterMayDefault` the API server knows no default: it would fill it in before the operator's
 * configuration had its say. Others keep theirs in the CRD, where a rule looks at them.
 */

/** A duration as Go writes it, between two bounds (checked by CEL, since `format: duration` knows no bounds). */
const duration = <const D extends string>(description: string, value: D, min: string, max: string) =>
  ({
    type: 'string',
    description,
    default: value,
    clusterMayDefault: true,
    maxLength: 12,
    pattern: '^([0-9]+(ms|s|m|h))+$',
    between: [min, max],
    'x-kubernetes-validations': [
      {
        rule: `duration(self) >= duration('${min}') && duration(self) <= duration('${max}')`,
        message: `must be between ${min} and ${max}`,
      },
    ],
  }) as const satisfies Schema;

const jwtClaim = <const D extends string>(description: D) =>
  ({ type: 'string', description, maxLength: 512 }) as const satisfies Schema;

const auth = <const D extends string>(description: string) =>
  ({
    type: 'object',
    description: description as D,
    default: {},
    properties: {
      mode: {
        type: 'string',
        enum: ['BearerToken', 'JWT', 'None'],
        default: 'BearerToken',
        description:
          'BearerToken asks for a token in the Authorization header; JWT for a JSON Web Token there that allows this, by a secretRef or a jwksURL; None lets everybody in.',
      },
      secretRef: secretRef(
        "A key of a Secret in the room's namespace that holds the token; in mode JWT, the secret that tokens are signed with by HS256, HS384 or HS512, of at least 32 bytes. While one takes another's place it holds both, a line each.",
      ),
      jwksURL: {
        type: 'string',
        description:
          "Where an identity provider has its keys, as a JSON Web Key Set, in mode JWT: tokens are signed by RS256 or ES256, and name rooms in full. Needs an audience, here or in the operator's defaults.",
        minLength: 1,
        maxLength: 1024,
        pattern: '^https?://[^/?#@ ]+([/?][^# ]*)?$',
      },
      issuer: jwtClaim('What the claim iss of a token must be, in mode JWT; empty or left out, it is not looked at.'),
      audience: jwtClaim(
        'What the claim aud of a token must be, or have among others, in mode JWT; with a secretRef it may be empty or left out, and is not looked at then.',
      ),
    },
    alternatives: [['secretRef'], ['jwksURL']],
    'x-kubernetes-validations': [
      {
        rule: "self.mode != 'None' || !has(self.secretRef)",
        message: 'secretRef goes with modes BearerToken and JWT only',
        fieldPath: '.secretRef',
      },
      {
        rule: "self.mode == 'JWT' || !has(self.jwksURL)",
        message: 'jwksURL goes with mode JWT only',
        fieldPath: '.jwksURL',
      },
      {
        rule: "self.mode == 'JWT' || !(has(self.issuer) || has(self.audience))",
        message: 'issuer and audience go with mode JWT only',
        fieldPath: '.mode',
      },
      {
        rule: '!has(self.secretRef) || !has(self.jwksURL)',
        message: 'secretRef and jwksURL exclude each other',
        fieldPath: '.jwksURL',
      },
    ],
  }) as const satisfies Schema;

const publish = {
  type: 'object',
  description: 'Who may publish, and what.',
  default: {},
  properties: {
    auth: auth(
      'How a publisher (WHIP) proves itself. Without a secretRef a token is generated in Secret `<room>-tokens`.',
    ),
    onConflict: {
      type: 'string',
      enum: ['Reject', 'TakeOver'],
      default: 'Reject',
      clusterMayDefault: true,
      description:
        'What happens to a second publisher: Reject answers it 409, TakeOver lets it replace the first. A publisher that has sent nothing for 2 s is always replaced.',
    },
    reconnectGrace: duration(
      'How long subscribers are kept while the publisher is away, whether it was lost or ended its session.',
      '15s',
      '0s',
      '5m',
    ),
    codecs: {
      type: 'array',
      description:
        'The codecs a publisher may send, the preferred ones first. RED, beside Opus, asks it for Opus with redundancy, which it may send anyway if it prefers to.',
      default: defaultCodecs,
      clusterMayDefault: true,
      minItems: 1,
      maxItems: codecs.length,
      'x-kubernetes-list-type': 'set',
      items: { type: 'string', enum: codecs },
      needs: ['RED', 'Opus'],
      'x-kubernetes-validations': [
        { rule: "!('RED' in self) || 'Opus' in self", message: 'RED is Opus with redundancy: name Opus, too' },
      ],
    },
  },
} as const satisfies Schema;

const play = {
  type: 'object',
  description: 'Who may watch, and how many.',
  default: {},
  properties: {
    auth: auth(
      'How a subscriber (WHEP) proves itself. Without a secretRef a token is generated in Secret `<room>-tokens`.',
    ),
    maxSubscribers: {
      type: 'integer',
      format: 'int32',
      default: 0,
      clusterMayDefault: true,
      minimum: 0,
      maximum: 100000,
      description: 'The most subscribers at a time; 0 sets no limit. Lowering it cuts nobody who is watching.',
    },
  },
} as const satisfies Schema;

const drain = {
  type: 'object',
  description: 'How a pod that has to go lets its clients finish.',
  default: {},
  properties: {
    timeout: duration('How long a pod that is going keeps the sessions it has.', '9m', '0s', '24h'),
    eviction: {
      type: 'string',
      enum: ['Never', 'OnUpgrade', 'Always'],
      default: 'OnUpgrade',
      clusterMayDefault: true,
      description:
        'Who may evict the pods: Never refuses everybody, `kubectl drain` too; OnUpgrade lets a drain move them and keeps the cluster autoscaler off; Always lets both.',
    },
  },
} as const satisfies Schema;

const update = {
  type: 'object',
  description: 'When a change reaches the pods that needs new ones.',
  default: {},
  properties: {
    policy: {
      type: 'string',
      enum: ['WhenIdle', 'Immediate'],
      default: 'WhenIdle',
      clusterMayDefault: true,
      description:
        'WhenIdle waits until nobody publishes. Immediate does not: viewers and the publisher finish on the old pod within drain.timeout, new ones come to the new pod.',
    },
  },
} as const satisfies Schema;

const suspend = {
  type: 'boolean',
  default: false,
  description: 'Whether the room takes nobody. Its pods drain and go; its URLs, tokens and settings stay.',
} as const satisfies Schema;

export const specSchema = {
  type: 'object',
  description: 'What the room should be. `{}` is a working room.',
  default: {},
  properties: { publish, play, network, drain, update, suspend, monitoring, tracing, pod },
} as const satisfies Schema;
