import { type ConditionType, conditionMeanings, conditionReasons } from '#crds/liveroom.ts';
import { specSchema } from '#crds/schema.ts';
import type { Schema } from '#crds/static.ts';
import { statusSchema } from '#crds/status-schema.ts';

/** The reference of the LiveRoom for readers: one row per field, straight from the schema. */

interface Row {
  readonly path: string;
  readonly type: string;
  readonly value: string;
  readonly meaning: string;
}

const typeName = (schema: Schema): string => {
  if (schema.enum) return schema.enum.join(' \\| ');
  if (schema['x-kubernetes-int-or-string']) return 'quantity';
  if (schema.items) return `list of ${typeName(schema.items)}`;
  if (schema.additionalProperties) return `map to ${typeName(schema.additionalProperties)}`;
  return schema.type ?? '';
};

const bounds = (schema: Schema): string => {
  const rules = (schema['x-kubernetes-validations'] ?? []) as readonly { message: string }[];
  const limits = [
    ['minimum', 'at least'],
    ['maximum', 'at most'],
  ].flatMap(([key = '', words]) => (schema[key] === undefined ? [] : [`${words} ${schema[key]}`]));
  return [...limits, ...rules.map((rule) => rule.message)].join('; ');
};

const defaultOf = (schema: Schema): string => {
  if (schema.default === undefined || schema.properties) return '';
  return Array.isArray(schema.default) ? `\`[${schema.default.join(', ')}]\`` : `\`${schema.default}\``;
};

function rows(schema: Schema, path: string): Row[] {
  const inner = schema.items?.properties ? { schema: schema.items, path: `${path}[]` } : { schema, path };
  const below = Object.entries(inner.schema.properties ?? {}).flatMap(([name, child]) =>
    rows(child, inner.path === '' ? name : `${inner.path}.${name}`),
  );
  if (path === '') return below;
  const limits = [schema.likePods && 'as in a Pod', bounds(schema)].filter((part) => part).join('; ');
  const text = [schema.description, limits && `(${limits})`].filter((part) => part).join(' ');
  const row = { path, type: typeName(schema), value: defaultOf(schema), meaning: text };
  return schema.likePods ? [row] : [row, ...below];
}

const table = (schema: Schema) =>
  [
    '| field | type | default | meaning |',
    '|---|---|---|---|',
    ...rows(schema, '').map((row) => `| \`${row.path}\` | ${row.type} | ${row.value} | ${row.meaning} |`),
  ].join('\n');

/** Every field of a spec by its path, such as `spec.drain.timeout`. */
export const specFields = (): readonly string[] => rows(specSchema, '').map(({ path }) => `spec.${path}`);

export const reference = () => `<!-- Generated from crds/ by \`npm run gen\`. Do not edit. -->
# LiveRoom reference

\`liveroom.dev/v1alpha1\`, plural \`liverooms\`, short name \`lr\`. A room's name has at most 48 characters of a-z, 0-9
and -, and begins with a letter.

## spec
${table(specSchema)}

## status
${table(statusSchema)}

## Conditions and their reasons
Each message says what to do. What needs more room is in [host names](../guides/endpoints.md#what-endpointready-says),
[where clients send media](../guides/media-addresses.md#does-it-get-through), [monitoring](../guides/monitoring.md) and
[roll-outs](../guides/rollouts.md).

| condition | True when | reasons |
|---|---|---|
${Object.entries(conditionReasons)
  .map(([type, reasons]) => `| ${type} | ${conditionMeanings[type as ConditionType]} | ${reasons.join(', ')} |`)
  .join('\n')}
`;
