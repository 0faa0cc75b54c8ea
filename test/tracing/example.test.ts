import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { parse } from 'yaml';

interface CollectorConfig {
  readonly receivers: {
    readonly otlp: { readonly protocols: Readonly<Record<string, { readonly endpoint: string }>> };
  };
  readonly service: {
    readonly pipelines: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  };
}

test('the example of a collector takes both protocols on the usual ports, and uses what it defines', async () => {
  const config: CollectorConfig = parse(await readFile('docs/examples/otel-collector.yaml', 'utf8'));
  const { grpc, http } = config.receivers.otlp.protocols;
  assert.deepEqual([grpc?.endpoint, http?.endpoint], ['0.0.0.0:4317', '0.0.0.0:4318']);
  const used = Object.entries(config.service.pipelines['traces'] ?? {});
  assert.deepEqual(
    used.map(([kind]) => kind),
    ['receivers', 'processors', 'exporters'],
  );
  const defined = config as unknown as Readonly<Record<string, object>>;
  for (const [kind, names] of used) assert.deepEqual(Object.keys(defined[kind] ?? {}), names);
});
