import type { PartOf } from '#crds/defaults.ts';
import type { LiveRoomSpec } from '#crds/liveroom.ts';
import { specSchema } from '#crds/schema.ts';
import type { Schema } from '#crds/static.ts';
import { durationMs } from './build/duration.ts';

/** What rooms get where they are silent: a part of a spec. */
export type SpecDefaults = PartOf<LiveRoomSpec>;

/** What is wrong with a field, which is named by its path. */
export interface FieldProblem {
  readonly field: string;
  readonly problem: string;
}

/** What has a place of its own in the configuration, or means nothing without what a room says beside it. */
const refused: Readonly<Record<string, string>> = {
  tracing: 'is set for all rooms by tracing of this file',
  'monitoring.labels': 'is set for all rooms by monitoring.labels of this file',
  'monitoring.interval': 'is set for all rooms by monitoring.interval of this file',
  'monitoring.scrapeTimeout': 'goes with an interval of the room',
};

/** Why these cannot be defaults of rooms; undefined if they can. Judged by the CRD's own schema. */
export const defaultsProblem = (value: unknown): FieldProblem | undefined => problemWith(specSchema, value, '');

function problemWith(schema: Schema, value: unknown, path: string): FieldProblem | undefined {
  const wrong = (problem: string): FieldProblem => ({ field: path === '' ? 'defaults' : `defaults.${path}`, problem });
  const refusal = refused[path];
  if (refusal !== undefined) return wrong(refusal);
  if (schema.default !== undefined && schema.properties === undefined && !schema.clusterMayDefault)
    return wrong('cannot be a default: the API server has filled it in before the operator sees a room');
  const problem = typeProblem(schema, value) ?? boundsProblem(schema, value);
  if (problem !== undefined) return wrong(problem);
  return partsProblem(schema, value, path);
}

function typeProblem(schema: Schema, value: unknown): string | undefined {
  if (schema['x-kubernetes-int-or-string'])
    return typeof value === 'string' || Number.isInteger(value) ? undefined : 'must be a quantity';
  const isOfType = {
    object: typeof value === 'object' && value !== null && !Array.isArray(value),
    array: Array.isArray(value),
    string: typeof value === 'string',
    integer: Number.isInteger(value),
    boolean: typeof value === 'boolean',
  };
  const { type = 'object' } = schema;
  return isOfType[type] ? undefined : `must be of type ${type}`;
}

/** By the keywords that bound a single value. */
function boundsProblem(schema: Schema, value: unknown): string | undefined {
  const { enum: words, pattern, between, needs } = schema;
  const size =
    typeof value === 'number' ? value : typeof value === 'string' || Array.isArray(value) ? value.length : undefined;
  const bound = (...names: readonly string[]) =>
    names.map((name) => schema[name]).find((one) => typeof one === 'number');
  const [least, most] = [bound('minimum', 'minLength', 'minItems'), bound('maximum', 'maxLength', 'maxItems')];
  const unit = typeof value === 'number' ? '' : typeof value === 'string' ? ' characters' : ' items';
  if (size !== undefined && least !== undefined && size < least) return `must be at least ${least}${unit}`;
  if (size !== undefined && most !== undefined && size > most) return `must be at most ${most}${unit}`;
  if (Array.isArray(value) && needs !== undefined && value.includes(needs[0]) && !value.includes(needs[1]))
    return `must have ${needs[1]} where it has ${needs[0]}`;
  if (typeof value !== 'string') return undefined;
  if (words !== undefined && !words.includes(value)) return `must be one of ${words.join(', ')}`;
  if (typeof pattern === 'string' && !new RegExp(pattern).test(value)) return `must match ${pattern}`;
  if (between === undefined) return undefined;
  const [from, to] = between;
  return durationMs(value) >= durationMs(from) && durationMs(value) <= durationMs(to)
    ? undefined
    : `must be between ${from} and ${to}`;
}

/** What is wrong with a field or an item. A misspelt field would silently do nothing. */
function partsProblem(schema: Schema, value: unknown, path: string): FieldProblem | undefined {
  if (Array.isArray(value)) {
    const problems = value.map((item, i) => problemWith(schema.items ?? {}, item, `${path}[${i}]`));
    return problems.find((problem) => problem !== undefined);
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const at = (name: string) => (path === '' ? name : `${path}.${name}`);
  const problem = (field: string, text: string) => ({
    field: ['defaults', field].filter(Boolean).join('.'),
    problem: text,
  });
  const { properties, additionalProperties, required = [], alternatives = [], maxProperties } = schema;
  const names = Object.keys(value);
  const unknown = properties && names.find((name) => properties[name] === undefined);
  if (unknown !== undefined)
    return problem(path, `unknown field "${unknown}"; known are ${Object.keys(properties ?? {}).join(', ')}`);
  const missing = required.find((name) => !names.includes(name));
  if (missing !== undefined) return problem(at(missing), 'is required');
  const [one, another] = alternatives.flatMap((group) => group.find((name) => names.includes(name)) ?? []);
  if (another !== undefined) return problem(path, `${one} and ${another} exclude each other`);
  if (typeof maxProperties === 'number' && names.length > maxProperties)
    return problem(path, `must have at most ${maxProperties} entries`);
  return Object.entries(value)
    .map(([name, part]) => problemWith(properties?.[name] ?? additionalProperties ?? {}, part, at(name)))
    .find((found) => found !== undefined);
}
