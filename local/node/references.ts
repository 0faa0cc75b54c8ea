import type { Container, Pod, Volume } from './objects.ts';

/** A token that a projected volume asks for. */
export interface TokenReference {
  readonly audience: string | undefined;
  readonly expirationSeconds: number | undefined;
}

/** What has to be read from the API before a pod's files and variables can be made. */
export interface References {
  readonly configMaps: ReadonlySet<string>;
  readonly secrets: ReadonlySet<string>;
  readonly tokens: readonly TokenReference[];
}

/** Everything that the pod's volumes and environment refer to, whether it exists or not. */
export function references(pod: Pod): References {
  const volumes = (pod.spec.volumes ?? []).flatMap(volumeSources);
  const variables = containersOf(pod).flatMap(environmentSources);
  const found = [...volumes, ...variables];
  return {
    configMaps: new Set(found.flatMap(({ configMap }) => configMap ?? [])),
    secrets: new Set(found.flatMap(({ secret }) => secret ?? [])),
    tokens: found.flatMap(({ token }) => token ?? []),
  };
}

/** Init containers first, in the order in which they run. */
export const containersOf = (pod: Pod): readonly Container[] => [
  ...(pod.spec.initContainers ?? []),
  ...pod.spec.containers,
];

interface Source {
  readonly configMap?: string | undefined;
  readonly secret?: string | undefined;
  readonly token?: TokenReference;
}

const volumeSources = (volume: Volume): Source[] => [
  { configMap: volume.configMap?.name, secret: volume.secret?.secretName },
  ...(volume.projected?.sources ?? []).map(({ configMap, secret, serviceAccountToken }) => ({
    configMap: configMap?.name,
    secret: secret?.name,
    ...(serviceAccountToken === undefined
      ? {}
      : {
          token: { audience: serviceAccountToken.audience, expirationSeconds: serviceAccountToken.expirationSeconds },
        }),
  })),
];

const environmentSources = (container: Container): Source[] => [
  ...(container.envFrom ?? []).map(({ configMapRef, secretRef }) => ({
    configMap: configMapRef?.name,
    secret: secretRef?.name,
  })),
  ...(container.env ?? []).map(({ valueFrom }) => ({
    configMap: valueFrom?.configMapKeyRef?.name,
    secret: valueFrom?.secretKeyRef?.name,
  })),
];
