import { isMonitoringKind } from '#operator/build/coverage.ts';
import { objectPath } from '#operator/cluster/client/paths.ts';
import type { KubeObject } from '#operator/kube.ts';
import type { Stage } from './stage.ts';

/** A place for a room, which is there or not. */
export interface Slot {
  readonly namespace: string;
  readonly name: string;
}

export const slots = (rooms: number, namespaces: readonly string[]): readonly Slot[] =>
  Array.from({ length: rooms }, (_, index) => ({
    namespace: namespaces[index % namespaces.length] ?? '',
    name: `room-${index}`,
  }));

/** Most rooms have no host name of their own. */
const hosts = [
  {},
  {},
  {},
  { http: { host: 'a.example.com' } },
  { http: { host: 'b.example.com', gatewayRef: { name: 'gate' } } },
];

/**
 * Somebody who makes rooms, edits them, deletes them, and lays hands on what belongs to the operator. Each call does one
 * of these, by chance, and resolves to its name.
 */
export function actor(on: Stage, places: readonly Slot[], random: () => number): () => Promise<string> {
  const pick = <T>(choices: readonly T[]): T => choices[Math.floor(random() * choices.length)] as T;
  const spec = () => ({
    play: { maxSubscribers: Math.floor(random() * 1000) },
    pod: { image: `liveroom.dev/sfu:${pick(['blue', 'green'])}` },
    network: { media: { mode: 'ClusterOnly' }, ...pick(hosts) },
    monitoring: { scope: pick(['Namespace', 'Namespace', 'Room']) },
  });
  const remove = async (object: KubeObject | undefined) => {
    if (object === undefined) return;
    // Somebody else may have been quicker.
    await on.client.request('DELETE', objectPath(object)).catch((error) => {
      if (error.status !== 404) throw error;
    });
  };
  const isOf =
    ({ namespace, name }: Slot) =>
    ({ metadata }: KubeObject) =>
      metadata.namespace === namespace && metadata.labels?.['liveroom.dev/room'] === name;

  return async () => {
    const slot = pick(places);
    const isThere = on.seen
      .rooms()
      .some(({ metadata }) => metadata.namespace === slot.namespace && metadata.name === slot.name);
    // Drawn in any case, so that what follows is the same whatever is there.
    const [deed, next] = [random(), spec()];
    if (!isThere || deed < 0.55) {
      await on.room(slot.namespace, slot.name, next);
      return isThere ? 'edited' : 'made';
    }
    if (deed < 0.75) {
      await on.deleteRoom(slot.namespace, slot.name);
      return 'deleted';
    }
    if (deed < 0.85) {
      // Deleted and made anew before anybody has looked.
      await on.deleteRoom(slot.namespace, slot.name);
      await on.room(slot.namespace, slot.name, next);
      return 'replaced';
    }
    const isPod = deed < 0.93;
    // A monitoring object that somebody takes away stays away.
    const objects = on.seen.objects().filter(({ kind }) => !isMonitoringKind(kind));
    await remove((isPod ? on.seen.pods() : objects).find(isOf(slot)));
    return isPod ? 'lost a pod' : 'lost an object';
  };
}
