import assert from 'node:assert/strict';
import { test } from 'node:test';
import { version } from '#crds/contract.ts';
import { tracingEnvironment } from '#tracing/environment.ts';

const off: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'nothing is set': {},
  'the endpoint is empty': { OTEL_EXPORTER_OTLP_ENDPOINT: '' },
  'only the service has a name': { OTEL_SERVICE_NAME: 'stage' },
  'an exporter is named but no endpoint': { OTEL_TRACES_EXPORTER: 'otlp' },
  'the exporter is none': { OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4317' },
  'the SDK is disabled': { OTEL_SDK_DISABLED: 'TRUE', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4317' },
};
for (const [when, env] of Object.entries(off))
  test(`there are no traces when ${when}`, () => assert.equal(tracingEnvironment(env, 'live-sfu'), undefined));

const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4317' };
const cases: Readonly<Record<string, readonly [Readonly<Record<string, string>>, Readonly<Record<string, string>>]>> = {
  'an endpoint alone means gRPC, sent each second': [
    endpoint,
    { OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'grpc', OTEL_BSP_SCHEDULE_DELAY: '1000' },
  ],
  'an endpoint for traces alone is enough': [
    { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector:4317' },
    { OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'grpc' },
  ],
  'an empty protocol means gRPC': [
    { ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: '' },
    { OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'grpc' },
  ],
  'http is short for http/protobuf': [
    { ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'http' },
    { OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/protobuf' },
  ],
  'the protocol of traces goes before the general one': [
    { ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json' },
    { OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json' },
  ],
  'an endpoint without a scheme is without TLS': [
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'otel-collector:4317' },
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otel-collector:4317' },
  ],
  'an endpoint without a scheme has TLS when it must not be insecure': [
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'otel-collector:4317', OTEL_EXPORTER_OTLP_INSECURE: 'false' },
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://otel-collector:4317' },
  ],
  'what somebody has set stays': [
    { ...endpoint, OTEL_BSP_SCHEDULE_DELAY: '200', OTEL_NODE_RESOURCE_DETECTORS: 'all' },
    { OTEL_BSP_SCHEDULE_DELAY: '200', OTEL_NODE_RESOURCE_DETECTORS: 'all' },
  ],
  'the console is a choice that needs no endpoint': [
    { OTEL_TRACES_EXPORTER: 'console' },
    { OTEL_RESOURCE_ATTRIBUTES: `service.name=live-sfu,service.version=${version}` },
  ],
  'pod, namespace and node are named where they are known, and what is given comes last and so counts': [
    {
      ...endpoint,
      POD_NAME: 'keynote-origin-abcde',
      POD_NAMESPACE: 'events',
      NODE_NAME: 'node-1',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=prod,service.version=7',
    },
    {
      OTEL_RESOURCE_ATTRIBUTES: `service.name=live-sfu,service.version=${version},k8s.pod.name=keynote-origin-abcde,k8s.namespace.name=events,k8s.node.name=node-1,deployment.environment.name=prod,service.version=7`,
    },
  ],
};
for (const [name, [env, wanted]] of Object.entries(cases))
  test(name, () => assert.partialDeepStrictEqual(tracingEnvironment(env, 'live-sfu'), wanted));

test('neither metrics nor logs are sent, nor the command line, which may have tokens', () => {
  const { OTEL_METRICS_EXPORTER, OTEL_LOGS_EXPORTER, OTEL_NODE_RESOURCE_DETECTORS } =
    tracingEnvironment(endpoint, 'live-sfu') ?? {};
  assert.deepEqual([OTEL_METRICS_EXPORTER, OTEL_LOGS_EXPORTER], ['none', 'none']);
  assert.equal(OTEL_NODE_RESOURCE_DETECTORS, 'env,serviceinstance');
});
