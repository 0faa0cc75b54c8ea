/** The name in the API server's certificate that holds at any address. */
export const certificateName = 'kubernetes.default.svc';

export interface Access {
  /** `https://host:port`, whatever the host. */
  readonly url: string;
  /** PEM. */
  readonly ca: string;
  readonly token: string;
}

/** A kubeconfig file (JSON is YAML) for one user of one cluster. */
export function kubeconfig({ url, ca, token }: Access): string {
  const cluster = {
    server: url,
    'tls-server-name': certificateName,
    'certificate-authority-data': Buffer.from(ca).toString('base64'),
  };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'liveroom', cluster }],
    users: [{ name: 'admin', user: { token } }],
    contexts: [{ name: 'liveroom', context: { cluster: 'liveroom', user: 'admin' } }],
    'current-context': 'liveroom',
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
