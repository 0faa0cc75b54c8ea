import assert from 'node:assert/strict';
import { test } from 'node:test';
import { definition } from '#crds/definition.ts';
import type { Schema } from '#crds/static.ts';
import { crdYaml } from '#gen/crd.ts';

/** What every field of the LiveRoom owes to the API server and to its readers. */

interface Field {
  readonly path: string;
  readonly schema: Schema;
}

const root: Schema = definition.spec.versions[0].schema.openAPIV3Schema;

/** All that we declare; the rest of an object is Kubernetes' own. */
const fields = [...fieldsIn(root)].filter(({ path }) => /^(spec|status)\b/.test(path));

function* fieldsIn(schema: Schema, path = ''): Generator<Field> {
  yield { path, schema };
  const { properties = {}, items, additionalProperties } = schema;
  for (const [name, property] of Object.entries(properties))
    yield* fieldsIn(property, path === '' ? name : `${path}.${name}`);
  if (items !== undefined) yield* fieldsIn(items, `${path}[]`);
  if (additionalProperties !== undefined) yield* fieldsIn(additionalProperties, `${path}[*]`);
}

const without = (is: (schema: Schema) => boolean) => fields.filter(({ schema }) => !is(schema)).map(({ path }) => path);

test('every string, list and map is bounded, so that the API server can estimate what rules cost', () => {
  const isBounded = (schema: Schema) => {
    if (schema.type === 'array') return 'maxItems' in schema;
    if (schema.additionalProperties !== undefined) return 'maxProperties' in schema;
    if (schema.type !== 'string' && !schema['x-kubernetes-int-or-string']) return true;
    return 'maxLength' in schema || schema.enum !== undefined || schema['format'] === 'date-time';
  };
  assert.ok(fields.length > 100, 'there are fields');
  assert.deepEqual(without(isBounded), []);
});

test('a set of words may have all of them', () => {
  const sets = fields.flatMap(({ path, schema }) => {
    const { items, maxItems } = schema as Schema & { readonly maxItems?: number };
    return items?.enum === undefined ? [] : [[path, maxItems, items.enum.length] as const];
  });
  assert.ok(sets.length > 0, 'there are some');
  for (const [path, most, words] of sets) assert.equal(most, words, path);
});

test('every rule says in words what is wrong', () => {
  const rules = [...fieldsIn(root)].flatMap(({ path, schema }) =>
    ((schema['x-kubernetes-validations'] ?? []) as readonly { readonly message?: string }[]).map(({ message }) => ({
      path,
      message,
    })),
  );
  assert.ok(rules.length > 10);
  assert.deepEqual(
    rules.filter(({ message = '' }) => message.length < 10),
    [],
  );
});

test('there are no floats, which two languages write differently', () => {
  assert.deepEqual(
    without(({ type }) => (type as string) !== 'number'),
    [],
  );
});

test('a plain kubectl apply can note all of the CRD in its annotation', () => {
  assert.ok(Buffer.byteLength(crdYaml()) < 100_000);
});
