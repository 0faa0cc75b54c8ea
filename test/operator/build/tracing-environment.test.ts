import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LiveRoomSpec } from '#crds/liveroom.ts';
import { originPod } from '#operator/build/origin-pod.ts';
import { specHash } from '#operator/build/spec-hash.ts';
import type { Config } from '#operator/config.ts';
import { config, storedRoom } from '../objects.ts';

/** The variables of the room's pod whose names begin so, by name. */
function variables(prefix: string, spec: Partial<LiveRoomSpec>, defaults: Config['tracing'] = undefined) {
  const [container] = originPod(
    storedRoom(spec),
    { ...config, ...(defaults && { tracing: defaults }) },
    { replaces: '' },
  ).spec.containers;
  const named = container.env.filter(({ name }) => name.startsWith(prefix));
  return Object.fromEntries(named.map((variable) => [variable.name, 'value' in variable ? variable.value : undefined]));
}

const collector = 'http://otel-collector.monitoring.svc:4317';
const traced: Readonly<Record<string, readonly [LiveRoomSpec['tracing'], Config['tracing'], object]>> = {
  'no traces unless somebody says where to': [{ samplingRatio: '0.5' }, { protocol: 'http' }, {}],
  'traces by the room’s own settings': [
    { endpoint: collector, protocol: 'http', samplingRatio: '0.25' },
    undefined,
    {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.25',
    },
  ],
  'traces by the operator’s configuration, over gRPC, all of them': [
    undefined,
    { endpoint: collector },
    {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '1',
    },
  ],
  'traces whose share the room sets, and their place the configuration': [
    { samplingRatio: '0.01' },
    { endpoint: collector, samplingRatio: '1' },
    {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.01',
    },
  ],
  'no traces for a room that keeps none of them': [{ samplingRatio: '0.0' }, { endpoint: collector }, {}],
};
for (const [name, [tracing, defaults, wanted]] of Object.entries(traced))
  test(`a pod has ${name}`, () =>
    assert.deepEqual(variables('OTEL_', tracing === undefined ? {} : { tracing }, defaults), wanted));

test('a pod without traces is not told its node, so that it stays as it was', () => {
  assert.deepEqual(variables('NODE_NAME', {}), {});
  assert.deepEqual(variables('NODE_NAME', { tracing: { endpoint: collector } }), { NODE_NAME: undefined });
});

test('where its traces go is something that a pod cannot take over while it runs', () => {
  const hash = (tracing: LiveRoomSpec['tracing']) => specHash(storedRoom(tracing && { tracing }), config);
  assert.notEqual(hash({ endpoint: collector }), hash(undefined));
  assert.equal(hash({ samplingRatio: '1' }), hash(undefined));
});
