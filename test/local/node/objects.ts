import type { Container, Pod } from '#local/node/objects.ts';

export interface PodOptions {
  readonly annotations?: Record<string, string>;
  readonly spec?: Partial<Pod['spec']>;
  readonly container?: Partial<Container>;
  readonly env?: readonly { readonly name: string; readonly value: string }[];
}

/** A pod that runs pods/echo.ts, with something of each kind that the node gives to pods. */
export const aPod = (name: string, { annotations = {}, spec = {}, container = {}, env = [] }: PodOptions = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', labels: { app: name }, annotations },
  spec: {
    terminationGracePeriodSeconds: 5,
    containers: [
      {
        name: 'main',
        image: 'liveroom.dev/test:0.1.0',
        command: ['node', 'test/local/node/pods/echo.ts'],
        ports: [{ name: 'http', containerPort: 8080 }],
        env: [
          { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
          { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
          { name: 'LEVEL', valueFrom: { configMapKeyRef: { name: 'settings', key: 'LEVEL' } } },
          { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'keys', key: 'token' } } },
          { name: 'MISSING', valueFrom: { secretKeyRef: { name: 'keys', key: 'none', optional: true } } },
          { name: 'GREETING', value: '$(LEVEL) for $(POD_NAME)' },
          { name: 'FILES_DIR', value: '/files' },
          ...env,
        ],
        startupProbe: { httpGet: { path: '/health', port: 'http' }, periodSeconds: 1, failureThreshold: 30 },
        readinessProbe: { httpGet: { path: '/health', port: 'http' }, periodSeconds: 1, failureThreshold: 1 },
        volumeMounts: [{ name: 'files', mountPath: '/files' }],
        ...container,
      },
    ],
    volumes: [
      {
        name: 'files',
        projected: {
          sources: [
            { configMap: { name: 'settings', items: [{ key: 'a.yaml', path: 'settings/a.yaml' }] } },
            {
              downwardAPI: {
                items: [
                  {
                    path: 'pod/media-address',
                    fieldRef: { fieldPath: "metadata.annotations['liveroom.dev/media-address']" },
                  },
                ],
              },
            },
            { serviceAccountToken: { path: 'token/token', expirationSeconds: 3600 } },
          ],
        },
      },
    ],
    ...spec,
  },
});

export const configMap = (name: string, data: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
  data,
});

export const secret = (name: string, stringData: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace: 'default' },
  stringData,
});

/** Selects the pod of its own name. */
export const service = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'default' },
  spec: { clusterIP: 'None', selector: { app: name }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
});
