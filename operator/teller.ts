import { event } from './build/event.ts';
import type { Cluster } from './cluster/cluster.ts';
import type { Transition } from './decide/transitions.ts';
import type { KubeObject } from './kube.ts';
import type { Log } from './log.ts';

/** Writes Events. One that cannot be written is no reason to reconcile again. */
export const teller =
  (
    cluster: Pick<Cluster, 'create'>,
    { log, now, instance }: { readonly log: Log; readonly now: () => number; readonly instance: string },
  ) =>
  async (object: KubeObject, news: Transition): Promise<void> => {
    const { kind, metadata } = object;
    log.info(news.message, { [kind]: `${metadata.namespace}/${metadata.name}`, reason: news.reason });
    await cluster
      .create(event(object, news, { nowMs: now(), instance }), () => true)
      .catch((error) => log.warn('an Event could not be written', { error }));
  };
