import { eventually } from '#test/harness/eventually.ts';
import type { Kubectl } from '#test/harness/kubectl.ts';
import type { ReceivedSpan } from './otlp.ts';

/** The first two are those that OTLP has everywhere. */
export const collectorPort = { grpc: 4317, http: 4318, spans: 8080 } as const;

/** A receiver of spans in a cluster, where pods find it. */
export interface CollectorPod {
  readonly grpcURL: string;
  readonly httpURL: string;
  spans(): Promise<readonly ReceivedSpan[]>;
}

interface Pod {
  readonly status: { readonly podIP: string };
}

const name = 'collector';
const namespace = 'default';

/** Runs it as a pod of the local cluster, whose node has this tree for every image of ours. */
export async function collectorPod(kube: Kubectl): Promise<CollectorPod> {
  await kube.apply({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace },
    spec: {
      containers: [
        {
          name,
          image: 'liveroom.dev/collector:0.1.0',
          command: ['node', 'test/tracing/collector.ts'],
          env: [{ name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }],
          readinessProbe: { httpGet: { port: collectorPort.spans }, periodSeconds: 1 },
        },
      ],
    },
  });
  await kube.run(['-n', namespace, 'wait', '--for=condition=Ready', `pod/${name}`, '--timeout=60s']);
  const pod = await eventually('the collector’s address', () => kube.get<Pod>('pod', name, '-n', namespace));
  const path = `/api/v1/namespaces/${namespace}/pods/${name}:${collectorPort.spans}/proxy/`;
  const url = (port: number) => `http://${pod.status.podIP}:${port}`;
  return {
    grpcURL: url(collectorPort.grpc),
    httpURL: url(collectorPort.http),
    spans: async () => JSON.parse(await kube.run(['get', '--raw', path])) as readonly ReceivedSpan[],
  };
}
