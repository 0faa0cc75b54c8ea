import type { KubeObject } from '../../kube.ts';
import type { KubeClient, Method, RequestOptions, WatchOptions } from './client.ts';

const asked = (kind: string) => ({ accept: `application/json;as=${kind};g=meta.k8s.io;v=v1` });

/** Has the API server answer with who objects are and in which state, without the rest of them. */
export const onlyMetadata = asked('PartialObjectMetadataList');

/**
 * The client for a collection of which only some objects are of use, and of these only the metadata. They are told by
 * their names, since of those in a list no more may have been kept. The others are not seen in lists; what happens to
 * them takes a watch on as a bookmark does.
 */
export const metadataClient = (client: KubeClient, isOfUse: (name: string) => boolean): KubeClient => ({
  ...client,

  async request<T>(method: Method, path: string, options: RequestOptions = {}) {
    const headers = { ...options.headers, ...onlyMetadata };
    const list = await client.request<T & { readonly items: readonly KubeObject[] }>(method, path, {
      ...options,
      headers,
    });
    return { ...list, items: list.items.filter(({ metadata: { name } }) => isOfUse(name)) };
  },

  async *watch<T extends KubeObject = KubeObject>(path: string, options: WatchOptions = {}) {
    const headers = { ...options.headers, ...asked('PartialObjectMetadata') };
    for await (const event of client.watch<T>(path, { ...options, headers })) {
      const isNews = event.type === 'ERROR' || event.type === 'BOOKMARK' || isOfUse(event.object.metadata.name);
      yield isNews ? event : { type: 'BOOKMARK', object: event.object };
    }
  },
});
