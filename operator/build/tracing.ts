import { env } from '#crds/contract.ts';
import type { LiveRoom } from '#crds/liveroom.ts';
import type { Config } from '../config.ts';

/**
 * The environment by which a pod's OpenTelemetry SDK finds its collector; empty when the room has no traces. A field of
 * the room counts before the same one of the configuration.
 */
export function tracingEnvironment(room: LiveRoom, config: Config) {
  const { endpoint, protocol = 'grpc', samplingRatio = '1' } = { ...config.tracing, ...room.spec.tracing };
  if (endpoint === undefined || Number(samplingRatio) === 0) return [];
  return [
    { name: 'OTEL_EXPORTER_OTLP_ENDPOINT', value: endpoint },
    { name: 'OTEL_EXPORTER_OTLP_PROTOCOL', value: protocol === 'http' ? 'http/protobuf' : protocol },
    { name: 'OTEL_TRACES_SAMPLER', value: 'parentbased_traceidratio' },
    { name: 'OTEL_TRACES_SAMPLER_ARG', value: samplingRatio },
    // Of use to nobody else: without it a pod without traces stays as it is.
    { name: env.nodeName, valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
  ];
}
