import { fieldManager } from '#crds/contract.ts';
import type { LiveRoom, LiveRoomStatus } from '#crds/liveroom.ts';
import type { KubeObject, ObjectMeta, Secret } from '../../kube.ts';
import { absentIfNotFound, isStatus } from './api-error.ts';
import type { KubeClient } from './client.ts';
import { collectionPath, objectPath } from './paths.ts';

/** An object that we want to make exists and is not ours. It is left as it is. */
export class NameTaken extends Error {
  /** Its kind, namespace and name. */
  readonly what: string;

  constructor({ kind, metadata: { namespace, name } }: KubeObject) {
    const what = `${kind} ${namespace}/${name}`;
    super(`${what} exists and is not ours`);
    this.name = 'NameTaken';
    this.what = what;
  }
}

export type Marks = Pick<ObjectMeta, 'labels' | 'annotations'>;

export interface ApplyOptions {
  /** Whether our cache lacks it, so that somebody else's may be there. */
  readonly isNew: boolean;
  readonly isOurs: (object: KubeObject) => boolean;
}

const applyPatch = 'application/apply-patch+yaml';
const mergePatch = 'application/merge-patch+json';

/** The version of no object, so that an apply that names it makes one, or is refused (409) and changes none. */
const noVersion = '1';

/** Everything we ever write but Events. Each resolves to the object as it is then, and throws ApiError for a refusal. */
export function writes(client: KubeClient) {
  const read = <T extends KubeObject>(object: KubeObject) =>
    client.request<T>('GET', objectPath(object)).catch(absentIfNotFound);

  const applied = <T extends KubeObject>(object: T, force: boolean, version?: Pick<ObjectMeta, 'resourceVersion'>) =>
    client.request<T>('PATCH', objectPath(object), {
      query: { fieldManager, force },
      contentType: applyPatch,
      body: { ...object, metadata: { ...object.metadata, ...version } },
    });

  return {
    read,

    /** Server-side apply. Throws NameTaken before touching what is not ours. */
    async apply<T extends KubeObject>(object: T, { isNew, isOurs }: ApplyOptions): Promise<T> {
      if (!isNew) return await applied(object, true);
      try {
        return await applied(object, false, { resourceVersion: noVersion });
      } catch (error) {
        if (!isStatus(error, 409)) throw error;
        const existing = await read(object);
        if (existing !== undefined && !isOurs(existing)) throw new NameTaken(object);
        // Without force, an object that appeared since we looked makes this a conflict and not a takeover.
        return await applied(object, existing !== undefined);
      }
    },

    /** Creates; if it is there already and ours, that is as good. Throws NameTaken otherwise. */
    async create<T extends KubeObject>(object: T, isOurs: (object: KubeObject) => boolean): Promise<T> {
      try {
        const path = collectionPath(object, object.metadata.namespace);
        return await client.request<T>('POST', path, { query: { fieldManager }, body: object });
      } catch (error) {
        if (!isStatus(error, 409)) throw error;
        const existing = await read<T>(object);
        if (existing === undefined) throw error;
        if (!isOurs(existing)) throw new NameTaken(object);
        return existing;
      }
    },

    /** Deletes this very object and no later one of its name. Undefined once it is gone. */
    async remove<T extends KubeObject>(object: T, gracePeriodSeconds?: number): Promise<T | undefined> {
      const { uid } = object.metadata;
      const body = {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        propagationPolicy: 'Background',
        ...(uid === undefined ? {} : { preconditions: { uid } }),
        ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
      };
      const answer = await client.request<KubeObject>('DELETE', objectPath(object), { body }).catch((error) => {
        // 409: the name has another object by now.
        if (isStatus(error, 404) || isStatus(error, 409)) return undefined;
        throw error;
      });
      return answer?.kind === object.kind ? (answer as T) : undefined;
    },

    /** Adds labels and annotations, and changes those that are there. */
    mark<T extends KubeObject>(object: T, marks: Marks): Promise<T> {
      const { uid } = object.metadata;
      return client.request<T>('PATCH', objectPath(object), {
        query: { fieldManager },
        contentType: mergePatch,
        body: { metadata: { ...(uid === undefined ? {} : { uid }), ...marks } },
      });
    },

    /** The whole status; what it lacks is removed. */
    writeStatus({ apiVersion, kind, metadata }: LiveRoom, status: LiveRoomStatus): Promise<LiveRoom> {
      const { name, namespace, uid } = metadata;
      const body = { apiVersion, kind, metadata: { name, namespace, uid }, status };
      return client.request<LiveRoom>('PATCH', `${objectPath(body)}/status`, {
        query: { fieldManager, force: true },
        contentType: applyPatch,
        body,
      });
    },

    /** Adds keys to a Secret, unless somebody changed it since it was read (409). */
    addToSecret(secret: Secret, stringData: Readonly<Record<string, string>>): Promise<Secret> {
      const { resourceVersion } = secret.metadata;
      return client.request<Secret>('PATCH', objectPath(secret), {
        query: { fieldManager },
        contentType: mergePatch,
        body: { metadata: { resourceVersion }, stringData },
      });
    },
  };
}

/** Makes Events. One of the same name is this very one: it had been made, and the answer was lost. */
export const eventWriter =
  (client: KubeClient) =>
  async (event: KubeObject, signal?: AbortSignal): Promise<void> => {
    const path = collectionPath(event, event.metadata.namespace);
    const options = { query: { fieldManager }, body: event, ...(signal && { signal }) };
    await client.request('POST', path, options).catch((error) => {
      if (!isStatus(error, 409)) throw error;
    });
  };
