/** `kubectl get` without kubectl: the kinds that tests ask for again and again. */
import { parseArgs } from 'node:util';
import { group } from '#crds/contract.ts';
import { apiVersion } from '#crds/liveroom.ts';
import { isStatus } from '#operator/cluster/client/api-error.ts';
import { type ClientConfig, kubeClient, type Query } from '#operator/cluster/client/client.ts';

/** Where objects are, and which of them are meant. */
export interface Asked {
  readonly path: string;
  readonly query: Query;
}

/** All of them are in namespaces, and called in the plural as in the singular, with an s. */
const kinds: Readonly<Record<string, readonly string[]>> = {
  '/api/v1': ['configmap', 'event', 'pod', 'secret', 'service'],
  [`/apis/${group}/${apiVersion}`]: ['liveroom'],
  '/apis/monitoring.coreos.com/v1': ['prometheusrule', 'servicemonitor'],
};

const options = {
  namespace: { type: 'string', short: 'n', default: 'default' },
  selector: { type: 'string', short: 'l' },
  'field-selector': { type: 'string' },
} as const;

/** What the arguments of `kubectl get` ask for; undefined if that is of another kind, or of several. */
export function asked(args: readonly string[]): Asked | undefined {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  const [kind = '', ...names] = positionals;
  const singular = kind.replace(/s$/, '');
  const api = Object.keys(kinds).find((one) => kinds[one]?.includes(singular));
  if (api === undefined || names.length > 1) return undefined;
  const path = [api, 'namespaces', values.namespace, `${singular}s`, ...names].join('/');
  return { path, query: { labelSelector: values.selector, fieldSelector: values['field-selector'] } };
}

/** What is there; undefined if no object has that name. Rejects, as kubectl does, where the kind is not known. */
export async function ask<T>(server: ClientConfig, { path, query }: Asked): Promise<T | undefined> {
  const client = kubeClient(server);
  try {
    return await client.request<T>('GET', path, { query });
  } catch (error) {
    // A kind that is not known is a 404 without a reason.
    if (isStatus(error, 404) && error.reason === 'NotFound') return undefined;
    throw error;
  } finally {
    await client.close();
  }
}
