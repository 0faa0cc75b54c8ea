import { env as envName, version } from '#crds/contract.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The variables that OpenTelemetry's SDK is to find beside those that are set, or undefined when nobody wants traces.
 * What somebody has set counts; what they left out is as it suits a pod. `service` is its default `service.name`.
 */
export function tracingEnvironment(env: Environment, service: string): Readonly<Record<string, string>> | undefined {
  if (!isWanted(env)) return undefined;
  return {
    ...withScheme(env, 'OTEL_EXPORTER_OTLP_ENDPOINT'),
    ...withScheme(env, 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'),
    OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: protocol(
      env['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'] || env['OTEL_EXPORTER_OTLP_PROTOCOL'] || 'grpc',
    ),
    OTEL_BSP_SCHEDULE_DELAY: env['OTEL_BSP_SCHEDULE_DELAY'] || '1000',
    // Prometheus has the metrics, and the container's output the logs.
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_LOGS_EXPORTER: 'none',
    // Not `process`: it sends the command line, in which a developer's tokens may stand.
    OTEL_NODE_RESOURCE_DETECTORS: env['OTEL_NODE_RESOURCE_DETECTORS'] || 'env,serviceinstance',
    OTEL_RESOURCE_ATTRIBUTES: resourceAttributes(env, service),
  };
}

function isWanted(env: Environment): boolean {
  if (env['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true') return false;
  const exporters = (env['OTEL_TRACES_EXPORTER'] ?? '').split(',').map((name) => name.trim());
  if (exporters.includes('none')) return false;
  if (exporters.includes('console')) return true;
  return Boolean(env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] || env['OTEL_EXPORTER_OTLP_ENDPOINT']);
}

/** `collector:4317`, as OpenTelemetry for Go takes it: without TLS, unless told otherwise. */
function withScheme(env: Environment, name: string): Readonly<Record<string, string>> {
  const endpoint = env[name]?.trim();
  if (!endpoint || endpoint.includes('://')) return {};
  return { [name]: `${env['OTEL_EXPORTER_OTLP_INSECURE'] === 'false' ? 'https' : 'http'}://${endpoint}` };
}

const protocol = (name: string) => (name.trim() === 'http' ? 'http/protobuf' : name.trim());

/** Ours first: of several values for a name the last one counts. */
function resourceAttributes(env: Environment, service: string): string {
  const known = {
    'service.name': service,
    'service.version': version,
    'k8s.pod.name': env[envName.podName],
    'k8s.namespace.name': env[envName.podNamespace],
    'k8s.node.name': env[envName.nodeName],
  };
  return [
    ...Object.entries(known).flatMap(([name, value]) => (value ? [`${name}=${encodeURIComponent(value)}`] : [])),
    ...(env['OTEL_RESOURCE_ATTRIBUTES'] ? [env['OTEL_RESOURCE_ATTRIBUTES']] : []),
  ].join(',');
}
