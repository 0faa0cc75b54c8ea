import { group } from './contract.ts';
import { apiVersion, kind, plural } from './liveroom.ts';
import { specSchema } from './schema.ts';
import type { Schema } from './static.ts';
import { statusSchema } from './status-schema.ts';

/** The CustomResourceDefinition as data; `liveroom.yaml` and the reference are generated from it. */

/** Services are named after their room, and a Service's name is a DNS label that begins with a letter. */
const nameRules = [
  { rule: 'self.metadata.name.size() <= 48', message: 'must have at most 48 characters' },
  {
    rule: "self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",
    message: 'must consist of a-z, 0-9 and -, and begin with a letter',
  },
  { rule: "self.metadata.name != 'live-sfu'", message: "is taken by the namespace's own Service" },
].map((rule) => ({ ...rule, fieldPath: '.metadata.name' }));

const condition = (type: string, field: string) => `.status.conditions[?(@.type=='${type}')].${field}`;

const columns = [
  { name: 'Ready', type: 'string', jsonPath: condition('Ready', 'status') },
  { name: 'Reason', type: 'string', jsonPath: condition('Ready', 'reason') },
  { name: 'Live', type: 'string', jsonPath: condition('Publishing', 'status') },
  { name: 'Viewers', type: 'integer', jsonPath: '.status.subscribers' },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  { name: 'Node', type: 'string', jsonPath: '.status.origin.nodeName', priority: 1 },
  { name: 'Address', type: 'string', jsonPath: '.status.origin.address', priority: 1 },
  { name: 'WHIP', type: 'string', jsonPath: '.status.whipURL', priority: 1 },
  { name: 'WHEP', type: 'string', jsonPath: '.status.whepURL', priority: 1 },
];

const ourKeywords = new Set(['clusterMayDefault', 'alternatives', 'between', 'needs', 'likePods']);

/** A schema as the API server is told of it: without keywords of our own, and without the defaults that the operator fills in. */
function withoutOurs(schema: Schema): Schema {
  const isTold = (keyword: string) =>
    !ourKeywords.has(keyword) && !(keyword === 'default' && schema.clusterMayDefault === true);
  const told = Object.entries(schema).filter(([keyword]) => isTold(keyword));
  return Object.fromEntries(told.map(([keyword, value]) => [keyword, partsWithoutOurs(keyword, value)]));
}

function partsWithoutOurs(keyword: string, value: unknown): unknown {
  if (keyword === 'items' || keyword === 'additionalProperties') return withoutOurs(value as Schema);
  if (keyword !== 'properties') return value;
  const properties = Object.entries(value as Readonly<Record<string, Schema>>);
  return Object.fromEntries(properties.map(([name, property]) => [name, withoutOurs(property)]));
}

export const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.${group}` },
  spec: {
    group,
    scope: 'Namespaced',
    names: { kind, listKind: `${kind}List`, plural, singular: 'liveroom', shortNames: ['lr'], categories: ['live'] },
    versions: [
      {
        name: apiVersion,
        served: true,
        storage: true,
        subresources: { status: {} },
        additionalPrinterColumns: columns,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            description: 'A live stream: at most one publisher (WHIP), any number of subscribers (WHEP).',
            properties: {
              apiVersion: { type: 'string' },
              kind: { type: 'string' },
              // Its name is named for the rules' sake: without a field kubectl says <nil>.
              metadata: { type: 'object', properties: { name: { type: 'string' } } },
              spec: withoutOurs(specSchema),
              status: statusSchema,
            },
            'x-kubernetes-validations': nameRules,
          },
        },
      },
    ],
  },
} as const;
