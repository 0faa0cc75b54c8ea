import { type ContainerSeen, type Ended, notStarted, type Running } from '#local/node/container.ts';
import type { Container, Pod, Sources } from '#local/node/objects.ts';
import type { PodSeen } from '#local/node/plan.ts';

/** A pod of one container `main`, as the API server has it. */
export const seenPod = (spec: Partial<Pod['spec']> = {}, metadata: Partial<Pod['metadata']> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'pod', namespace: 'space', uid: 'uid-1', generation: 3, labels: { app: 'live' }, ...metadata },
  spec: { nodeName: 'local', serviceAccountName: 'default', containers: [aContainer('main')], ...spec },
});

export const aContainer = (name: string, rest: Partial<Container> = {}): Container => ({ name, image: 'i', ...rest });

export const running = (state: Partial<Running> = {}, rest: Partial<ContainerSeen> = {}): ContainerSeen => ({
  ...notStarted,
  ...rest,
  state: { kind: 'running', startedAt: 0, started: true, ready: true, ...state },
});

export const ended = (state: Partial<Ended> = {}, rest: Partial<ContainerSeen> = {}): ContainerSeen => ({
  ...notStarted,
  ...rest,
  state: { kind: 'ended', exitCode: 0, reason: 'Completed', message: '', startedAt: 0, finishedAt: 0, ...state },
});

/** What is seen of a pod that is prepared, with nothing to refresh soon. */
export const seen = (containers: Readonly<Record<string, ContainerSeen>>, rest: Partial<PodSeen> = {}): PodSeen => ({
  isPrepared: true,
  prepareAt: 0,
  refreshAt: Number.POSITIVE_INFINITY,
  wasOver: false,
  containers: new Map(Object.entries(containers)),
  ...rest,
});

interface SourcesOf {
  readonly configMaps?: Readonly<Record<string, Record<string, string>>>;
  readonly secrets?: Readonly<Record<string, Record<string, string>>>;
  readonly token?: string;
}

/** Sources with these contents; a Secret's are given as text. */
export const sourcesOf = ({ configMaps = {}, secrets = {}, token }: SourcesOf): Sources => ({
  configMap: (name) => (configMaps[name] === undefined ? undefined : { data: configMaps[name] }),
  secret: (name) => {
    const data = secrets[name];
    const encoded = (text: string) => Buffer.from(text).toString('base64');
    if (data === undefined) return undefined;
    return { data: Object.fromEntries(Object.entries(data).map(([key, text]) => [key, encoded(text)])) };
  },
  token: () => token,
});
