import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse, parseAllDocuments } from 'yaml';
import { forOneNode } from '#local/install-manifest.ts';

const manifests = await readFile(join(import.meta.dirname, '../../install.yaml'), 'utf8');

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: { readonly replicas?: number };
}

const documents = (text: string): Manifest[] =>
  parseAllDocuments(text)
    .map((document) => document.toJS())
    .filter((document) => document !== null);

const isConfig = ({ kind, metadata }: Manifest) => kind === 'ConfigMap' && metadata.name === 'liveroom-operator';
const isOperator = ({ kind }: Manifest) => kind === 'Deployment';

test("the operator's configuration gets the base URL and keeps the rest", () => {
  const config = (text: string) => parse(documents(text).find(isConfig)?.data?.['config.yaml'] ?? '');
  const publicURL = 'http://127.0.0.1:8080';
  assert.deepEqual(config(forOneNode(manifests, { publicURL })), { ...config(manifests), publicURL });
});

test('the operator has one replica where the chart has two, and is otherwise the same', () => {
  const operator = (text: string) => documents(text).find(isOperator);
  const [before, after] = [operator(manifests), operator(forOneNode(manifests, {}))];
  assert.deepEqual([before?.spec?.replicas, after?.spec?.replicas], [2, 1]);
  assert.deepEqual({ ...after, spec: { ...after?.spec, replicas: 2 } }, before);
});

test('every other manifest stays as it is', () => {
  const others = (text: string) => documents(text).filter((document) => !isConfig(document) && !isOperator(document));
  assert.ok(others(manifests).length > 3);
  assert.deepEqual(others(forOneNode(manifests, { publicURL: 'http://127.0.0.1:1' })), others(manifests));
});
