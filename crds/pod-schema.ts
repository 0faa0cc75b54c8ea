import { affinity, topologySpreadConstraints } from './placement-schema.ts';
import { probes } from './probes-schema.ts';
import type { Schema } from './static.ts';
import { words } from './words-schema.ts';

/** What the pods are made of and where they go, as far as a room chooses it. The parts are those of Kubernetes' own pods. */

const quantities = (description: string) =>
  ({
    type: 'object',
    description,
    maxProperties: 8,
    additionalProperties: {
      'x-kubernetes-int-or-string': true,
      anyOf: [{ type: 'integer' }, { type: 'string' }],
      maxLength: 32,
      pattern: '^[+]?([0-9]+([.][0-9]*)?|[.][0-9]+)([numkMGTPE]|[KMGTPE]i|[eE][-+]?[0-9]+)?$',
    },
  }) as const satisfies Schema;

const toleration = {
  type: 'object',
  properties: {
    key: { type: 'string', description: 'Key of the taint; empty with Exists matches every taint.', maxLength: 316 },
    operator: { type: 'string', description: 'How key and value are compared.', enum: ['Exists', 'Equal'] },
    value: { type: 'string', description: 'Value of the taint, for Equal.', maxLength: 63 },
    effect: {
      type: 'string',
      description: 'Effect of the taint; every effect unless given.',
      enum: ['NoSchedule', 'PreferNoSchedule', 'NoExecute'],
    },
    tolerationSeconds: {
      type: 'integer',
      description: 'How long a NoExecute taint is tolerated; without end unless given.',
      format: 'int64',
      minimum: 0,
    },
  },
} as const satisfies Schema;

export const pod = {
  type: 'object',
  description: "The room's pods. A change replaces them, when update.policy says so.",
  default: {},
  properties: {
    image: {
      type: 'string',
      description: "The server's image; the operator's default unless given.",
      minLength: 1,
      maxLength: 512,
    },
    resources: {
      type: 'object',
      description: 'What the server container requests and is limited to.',
      properties: { requests: quantities('Requested amounts.'), limits: quantities('Upper bounds.') },
    },
    nodeSelector: {
      type: 'object',
      description: 'Labels that the node must have.',
      maxProperties: 16,
      additionalProperties: { type: 'string', maxLength: 63 },
    },
    imagePullSecrets: {
      type: 'array',
      description: "Secrets of the room's namespace with which the image is pulled.",
      maxItems: 8,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: {
        type: 'object',
        required: ['name'],
        properties: { name: { type: 'string', description: 'Name of the Secret.', minLength: 1, maxLength: 253 } },
      },
    },
    tolerations: { type: 'array', description: 'Taints that the pods tolerate.', maxItems: 16, items: toleration },
    affinity,
    topologySpreadConstraints,
    priorityClassName: {
      type: 'string',
      description: 'Class that says which pods give way to which when a node is full.',
      minLength: 1,
      maxLength: 253,
    },
    serviceAccountName: {
      type: 'string',
      description:
        "ServiceAccount of the room's namespace, for clusters that grant host ports by it; `default` unless given. The pods get no token of it.",
      minLength: 1,
      maxLength: 253,
    },
    labels: words('Labels for the pods, beside ours.', 63),
    annotations: words('Annotations for the pods, beside ours.', 4096),
    probes,
  },
} as const satisfies Schema;
