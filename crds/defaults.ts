import type { Schema, Static } from './static.ts';

/** A part of a value: any field of it may be missing, at any depth. Lists are whole. */
export type PartOf<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [K in keyof T]?: PartOf<T[K]> }
    : T;

/**
 * A value with the schema's defaults where it has none, as the API server fills them in: for objects that were stored
 * under an older CRD, that an older CRD still prunes, and for fields whose defaults the API server does not know.
 */
export const withDefaults = <const S extends Schema>(schema: S, value: unknown): Static<S> =>
  filled(schema, value ?? schema.default) as Static<S>;

/**
 * A value with what `others` has where it is silent. Fields are merged one by one; lists and maps are taken whole from
 * the one or the other, so that a value can say that there are none. Who chooses one of several alternatives has none of
 * the others' choice.
 */
export function merged(schema: Schema, value: unknown, others: unknown): unknown {
  if (!isMap(others) || !isMap(value) || schema.properties === undefined) return value ?? others;
  const { alternatives = [] } = schema;
  const chosen = alternatives.find((names) => names.some((name) => value[name] !== undefined));
  const isOut = (name: string) => chosen?.includes(name) === false && alternatives.flat().includes(name);
  const whole: Record<string, unknown> = { ...value };
  for (const [name, property] of Object.entries(schema.properties)) {
    const field = merged(property, value[name], isOut(name) ? undefined : others[name]);
    if (field !== undefined) whole[name] = field;
  }
  return whole;
}

function filled(schema: Schema, value: unknown): unknown {
  if (schema.properties === undefined || !isMap(value)) return value;
  const whole: Record<string, unknown> = { ...value };
  for (const [name, property] of Object.entries(schema.properties)) {
    const field = filled(property, value[name] ?? property.default);
    if (field !== undefined) whole[name] = field;
  }
  return whole;
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
