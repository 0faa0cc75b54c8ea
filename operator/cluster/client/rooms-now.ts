import { group } from '#crds/contract.ts';
import { apiVersion, kind, type LiveRoom } from '#crds/liveroom.ts';
import { isBeingDeleted } from '../../kube.ts';
import type { KubeClient } from './client.ts';
import { collectionPath } from './paths.ts';

/** The room that is worked on is gone, whether or not there is another of its name. The watch is about to tell. */
export class RoomGone extends Error {
  constructor(key: string) {
    super(`LiveRoom ${key} is gone, or another one by now`);
    this.name = 'RoomGone';
  }
}

/**
 * The rooms of a namespace, or the one of a name, that there are at this moment and that stay. Each kind has a watch of its
 * own, and that of rooms may be half a minute behind those of what rooms own. A list in either case: the operator may not
 * get a single room. Throws ApiError.
 */
export async function roomsNow(client: KubeClient, namespace: string, name?: string): Promise<readonly LiveRoom[]> {
  const path = collectionPath({ apiVersion: `${group}/${apiVersion}`, kind }, namespace);
  const query = { ...(name !== undefined && { fieldSelector: `metadata.name=${name}` }) };
  const { items } = await client.request<{ readonly items: readonly LiveRoom[] }>('GET', path, { query });
  return items.filter((room) => !isBeingDeleted(room));
}
