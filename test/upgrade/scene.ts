import { internalPath, port, tokensSecretName } from '#crds/contract.ts';
import type { LiveRoom } from '#crds/liveroom.ts';
import type { PodStats } from '#crds/pod-stats.ts';
import type { Lease } from '#operator/decide/lease.ts';
import type { Pod } from '#operator/kube.ts';
import { eventually } from '#test/harness/eventually.ts';
import type { Kubectl } from '#test/harness/kubectl.ts';
import { type Viewer, viewer } from './viewer.ts';

/** What is seen of a room that is to survive an upgrade. */
export interface Sight {
  readonly uid: string;
  readonly restarts: number;
  /** Whose code the pod runs. Only servers of later releases tell of their node. */
  readonly code: '0.1.0' | 'today';
  /** Since when the room has been Ready, or not. */
  readonly readySince: string;
}

export interface Scene {
  /** Of a room that has one pod that stays. */
  sight(room: string): Promise<Sight>;
  /** Waits until a room that is Ready says of its spec as it is what is given, such as `Publishing=True/Publishing`. */
  says(room: string, what: string): Promise<void>;
  /** Joins as one more viewer. Throws with the status and what was answered. */
  viewer(room: string): Promise<Viewer>;
  /** Once an operator of today leads: the others that have not ended. */
  besidesLeader(): Promise<readonly string[]>;
}

const system = ['-n', 'liveroom-system'];

/** Asks a cluster, of whose rooms all are in namespace default. */
export function scene(kube: Kubectl): Scene {
  const room = (name: string) => kube.get<LiveRoom>('liveroom', name);
  const list = async (...args: string[]) => (await kube.get<{ items: readonly Pod[] }>('pods', ...args))?.items ?? [];
  const podOf = (name: string) =>
    eventually(`room ${name} has one pod`, async () => {
      const pods = await list('-l', `liveroom.dev/room=${name}`);
      const [pod, ...others] = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
      return others.length === 0 && pod;
    });
  const statsOf = async (pod: string): Promise<PodStats> => {
    const path = `/api/v1/namespaces/default/pods/${pod}:${port.internal}/proxy${internalPath.stats}`;
    return JSON.parse(await kube.run(['get', '--raw', path]));
  };

  return {
    async sight(name) {
      const { metadata, status } = await podOf(name);
      const conditions = (await room(name))?.status?.conditions ?? [];
      return {
        uid: metadata.uid ?? '',
        restarts: status?.containerStatuses?.[0]?.restartCount ?? 0,
        code: (await statsOf(metadata.name)).node === undefined ? '0.1.0' : 'today',
        readySince: conditions.find(({ type }) => type === 'Ready')?.lastTransitionTime ?? 'never',
      };
    },
    async says(name, what) {
      let last: readonly string[] = [];
      const isSaid = async () => {
        const { metadata, status } = (await room(name)) ?? {};
        last = (status?.conditions ?? []).map((one) => `${one.type}=${one.status}/${one.reason}`);
        return status?.observedGeneration === metadata?.generation && last.includes(what);
      };
      await eventually(`${name} says ${what}`, isSaid, 90_000).catch((cause) => {
        throw new Error(`room ${name} does not say ${what}, but ${last.join(', ')}`, { cause });
      });
    },
    async viewer(name) {
      const secret = await kube.get<{ data: { play: string } }>('secret', tokensSecretName(name));
      const token = Buffer.from(secret?.data.play ?? '', 'base64').toString();
      return await viewer((await room(name))?.status?.whepURL ?? '', token);
    },
    async besidesLeader() {
      const leader = await eventually('an operator leads', async () => {
        const lease = await kube.get<Lease>('lease', 'liveroom-operator', ...system);
        return lease?.spec?.holderIdentity;
      });
      return (await list(...system)).map(({ metadata }) => metadata.name).filter((name) => name !== leader);
    },
  };
}
