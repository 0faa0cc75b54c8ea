import type { Schema } from './static.ts';

/**
 * Near what and far from what the scheduler places a pod, in the words of Kubernetes' own pods. What selects pods of other
 * namespaces is left out: it would take as much of the CRD as all the rest.
 */

const key = { type: 'string', description: 'A label.', minLength: 1, maxLength: 317 } as const satisfies Schema;
const topologyKey = {
  type: 'string',
  description: 'Label of nodes: those with the same value of it are one place.',
  minLength: 1,
  maxLength: 317,
} as const satisfies Schema;

const expressions = <const O extends readonly string[]>(description: string, operators: O) =>
  ({
    type: 'array',
    description,
    maxItems: 8,
    items: {
      type: 'object',
      required: ['key', 'operator'],
      properties: {
        key,
        operator: { type: 'string', description: 'How its value is compared.', enum: operators },
        values: {
          type: 'array',
          description: 'What with; none for Exists and DoesNotExist.',
          maxItems: 16,
          items: { type: 'string', maxLength: 63 },
        },
      },
    },
  }) as const satisfies Schema;

const labelSelector = (description: string) =>
  ({
    type: 'object',
    description,
    properties: {
      matchLabels: {
        type: 'object',
        description: 'Labels with these values.',
        maxProperties: 16,
        additionalProperties: { type: 'string', maxLength: 63 },
      },
      matchExpressions: expressions('Labels compared.', ['In', 'NotIn', 'Exists', 'DoesNotExist']),
    },
  }) as const satisfies Schema;

const weight = {
  type: 'integer',
  description: 'How much it counts.',
  format: 'int32',
  minimum: 1,
  maximum: 100,
} as const satisfies Schema;

/** Of several, terms of which one is enough. */
const nodeTerm = (description: string) =>
  ({
    type: 'object',
    description,
    properties: {
      matchExpressions: expressions('Labels of the node.', ['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt']),
    },
  }) as const satisfies Schema;

const nodeAffinity = {
  type: 'object',
  description: 'Which nodes.',
  properties: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      type: 'object',
      description: 'No others than these.',
      required: ['nodeSelectorTerms'],
      properties: {
        nodeSelectorTerms: {
          type: 'array',
          description: 'One of these is enough.',
          minItems: 1,
          maxItems: 8,
          items: nodeTerm('All that a node must have.'),
        },
      },
    },
    preferredDuringSchedulingIgnoredDuringExecution: {
      type: 'array',
      description: 'Rather these.',
      maxItems: 8,
      items: {
        type: 'object',
        required: ['weight', 'preference'],
        properties: { weight, preference: nodeTerm('What speaks for a node.') },
      },
    },
  },
} as const satisfies Schema;

const podTerm = (description: string) =>
  ({
    type: 'object',
    description,
    required: ['topologyKey'],
    properties: {
      topologyKey,
      labelSelector: labelSelector('Which pods, of this namespace.'),
    },
  }) as const satisfies Schema;

const toPods = (description: string) =>
  ({
    type: 'object',
    description,
    properties: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        type: 'array',
        description: 'All of these.',
        maxItems: 8,
        items: podTerm('Pods, and how near.'),
      },
      preferredDuringSchedulingIgnoredDuringExecution: {
        type: 'array',
        description: 'Rather so.',
        maxItems: 8,
        items: {
          type: 'object',
          required: ['weight', 'podAffinityTerm'],
          properties: { weight, podAffinityTerm: podTerm('Pods, and how near.') },
        },
      },
    },
  }) as const satisfies Schema;

export const affinity = {
  type: 'object',
  description: 'Near which nodes and pods the pods go, and far from which.',
  likePods: true,
  properties: {
    nodeAffinity,
    podAffinity: toPods('Near these pods.'),
    podAntiAffinity: toPods('Away from these pods.'),
  },
} as const satisfies Schema;

export const topologySpreadConstraints = {
  type: 'array',
  description: 'How evenly pods are spread over places.',
  likePods: true,
  maxItems: 8,
  items: {
    type: 'object',
    required: ['maxSkew', 'topologyKey', 'whenUnsatisfiable'],
    properties: {
      maxSkew: {
        type: 'integer',
        description: 'By how many pods two places may differ.',
        format: 'int32',
        minimum: 1,
      },
      topologyKey,
      whenUnsatisfiable: {
        type: 'string',
        description: 'What to do where that cannot be.',
        enum: ['DoNotSchedule', 'ScheduleAnyway'],
      },
      labelSelector: labelSelector('Which pods are counted.'),
    },
  },
} as const satisfies Schema;
