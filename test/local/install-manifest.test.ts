import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse, parseAllDocuments } from 'yaml';
import { withConfig } from '#local/install-manifest.ts';

const manifests = await readFile(join(import.meta.dirname, '../../install.yaml'), 'utf8');

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
}

const documents = (text: string): Manifest[] =>
  parseAllDocuments(text)
    .map((document) => document.toJS())
    .filter((document) => document !== null);

const isConfig = ({ kind, metadata }: Manifest) => kind === 'ConfigMap' && metadata.name === 'liveroom-operator';

test("the operator's configuration gets the base URL and keeps the rest", () => {
  const config = (text: string) => parse(documents(text).find(isConfig)?.data?.['config.yaml'] ?? '');
  const publicURL = 'http://127.0.0.1:8080';
  assert.deepEqual(config(withConfig(manifests, { publicURL: publicURL })), { ...config(manifests), publicURL });
});

test('every other manifest stays as it is', () => {
  const others = (text: string) => documents(text).filter((document) => !isConfig(document));
  assert.ok(others(manifests).length > 3);
  assert.deepEqual(others(withConfig(manifests, { publicURL: 'http://127.0.0.1:1' })), others(manifests));
});
