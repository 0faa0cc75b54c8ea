import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClientConfig } from './client.ts';

/** A rotated token is on disk long before the old one ends (the kubelet renews it at 80 % of its life). */
const tokenLifeMs = 10_000;

export interface InCluster {
  readonly host: string;
  readonly port: string;
  /** The folder of `token` and `ca.crt`. */
  readonly serviceAccountDir: string;
  readonly now?: () => number;
}

/** The API server as a pod sees it, with the pod's ServiceAccount. Throws if the account's files are missing. */
export async function clientConfigInCluster({ host, port, serviceAccountDir, now }: InCluster): Promise<ClientConfig> {
  const tokenFile = join(serviceAccountDir, 'token');
  const authorization = bearerFromFile(tokenFile, now ?? Date.now);
  const ca = await readFile(join(serviceAccountDir, 'ca.crt'));
  await authorization();
  const name = host.includes(':') ? `[${host}]` : host;
  return { server: `https://${name}:${port}`, ca, authorization };
}

function bearerFromFile(path: string, now: () => number): () => Promise<string> {
  let header = '';
  let readAt = Number.NEGATIVE_INFINITY;
  return async () => {
    if (now() - readAt < tokenLifeMs) return header;
    header = `Bearer ${(await readFile(path, 'utf8')).trim()}`;
    readAt = now();
    return header;
  };
}

/** The current context of a kubeconfig file: certificates, tokens and exec plugins, as kubectl reads them. */
export async function clientConfigFromFile(path: string): Promise<ClientConfig> {
  // Loaded on demand: it costs 1 s and 80 MB, and a pod never needs it.
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  config.loadFromFile(path);
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new Error(`${path}: the current context names no cluster`);
  const tls = await httpsOptions(config);
  return {
    server: cluster.server.replace(/\/+$/, ''),
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls.cert === undefined ? {} : { cert: tls.cert }),
    ...(tls.key === undefined ? {} : { key: tls.key }),
    ...(cluster.tlsServerName === undefined ? {} : { serverName: cluster.tlsServerName }),
    skipTlsVerify: cluster.skipTLSVerify === true,
    authorization: async () => (await httpsOptions(config)).authorization,
  };
}

interface HttpsOptions {
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly authorization?: string;
}

/** What the library would give to `https.request`; it runs exec plugins and keeps their tokens while they last. */
async function httpsOptions(config: {
  applyToHTTPSOptions(options: Record<string, unknown>): Promise<void>;
}): Promise<HttpsOptions> {
  const options: { [name: string]: unknown; headers: Record<string, string>; auth?: string } = { headers: {} };
  await config.applyToHTTPSOptions(options);
  const { auth } = options;
  const authorization =
    auth === undefined ? options.headers['Authorization'] : `Basic ${Buffer.from(auth).toString('base64')}`;
  return { ...(options as HttpsOptions), ...(authorization === undefined ? {} : { authorization }) };
}
