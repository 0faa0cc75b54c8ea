import type { Schema, Static } from './static.ts';

/**
 * A value with the schema's defaults where it has none, as the API server fills them in: for objects that were stored
 * under an older CRD, or that an older CRD still prunes.
 */
export const withDefaults = <const S extends Schema>(schema: S, value: unknown): Static<S> =>
  filled(schema, value ?? schema.default) as Static<S>;

function filled(schema: Schema, value: unknown): unknown {
  if (schema.properties === undefined || typeof value !== 'object' || value === null) return value;
  const given = value as Readonly<Record<string, unknown>>;
  const fields = Object.entries(schema.properties).flatMap(([name, property]) => {
    const field = filled(property, given[name] ?? property.default);
    return field === undefined ? [] : [[name, field] as const];
  });
  return { ...given, ...Object.fromEntries(fields) };
}
