import { absentIfNotFound } from '../client/api-error.ts';
import type { KubeClient } from '../client/client.ts';

export interface ServedKinds {
  /** Every version of the group, also those that were not asked about. */
  readonly versions: readonly string[];
  /** `apiVersion kind` of what can be made. */
  readonly kinds: ReadonlySet<string>;
}

interface ApiResources {
  readonly resources: readonly { readonly kind: string; readonly name: string; readonly verbs: readonly string[] }[];
}

/** Asks what the API server serves of a group, in these apiVersions. That it serves nothing is an ordinary answer. */
export function servedKinds(client: KubeClient, group: string, apiVersions: readonly string[], signal: AbortSignal) {
  const get = <T>(path: string) => client.request<T>('GET', path, { signal }).catch(absentIfNotFound);

  async function kindsOf(apiVersion: string): Promise<readonly string[]> {
    const { resources } = (await get<ApiResources>(`/apis/${apiVersion}`)) ?? { resources: [] };
    // A kind whose definition is being deleted is still there, to be emptied.
    const usable = resources.filter(({ name, verbs }) => !name.includes('/') && verbs.includes('create'));
    return usable.map(({ kind }) => `${apiVersion} ${kind}`);
  }

  return async (): Promise<ServedKinds> => {
    const found = await get<{ versions: readonly { groupVersion: string }[] }>(`/apis/${group}`);
    const versions = found?.versions.map(({ groupVersion }) => groupVersion) ?? [];
    const kinds = await Promise.all(apiVersions.filter((one) => versions.includes(one)).map(kindsOf));
    return { versions, kinds: new Set(kinds.flat()) };
  };
}
