import type { Artifact } from './artifact.ts';

const version = '1.4.0';
const folder = 'config/crd/standard';

/** Of the Gateway API the one kind that rooms become. No program of it runs here; the tests are its controller. */
export function gatewayCRDs(githubRaw: string): Artifact {
  const file = 'gateway.networking.k8s.io_httproutes.yaml';
  return {
    name: 'gateway-api-crds',
    version,
    provides: { 'gateway-api-crds': '.' },
    downloads: [
      {
        url: `${githubRaw}/kubernetes-sigs/gateway-api/v${version}/${folder}/${file}`,
        sha256: 'c2539410dec72b793ef840f484c19d13b48210074ec801b730e9fce2c5fc825c',
        files: [file],
      },
    ],
    source: {
      kind: 'files',
      module: 'gateway',
      version: `v${version}`,
      path: 'sigs.k8s.io/gateway-api',
      folder,
      files: [file],
    },
  };
}
