/** What the local cluster and the tests run that npm does not have. */
import type { Artifact, GoSource } from './artifact.ts';
import { gatewayCRDs } from './gateway.ts';
import { prometheus, prometheusOperator, prometheusOperatorCRDs } from './monitoring.ts';

/** The hosts of the official downloads. */
export interface Hosts {
  readonly kubernetes: string;
  readonly github: string;
  readonly githubRaw: string;
  readonly helm: string;
}

export const officialHosts: Hosts = {
  kubernetes: 'https://dl.k8s.io',
  github: 'https://github.com',
  githubRaw: 'https://raw.githubusercontent.com',
  helm: 'https://get.helm.sh',
};

/** `arch` in Go's words: amd64, arm64. */
export const catalog = (arch: string, hosts: Hosts = officialHosts): readonly Artifact[] => [
  kubernetes(arch, hosts),
  etcd(arch, hosts),
  helm(arch, hosts),
  prometheus(arch, hosts.github),
  prometheusOperator(),
  prometheusOperatorCRDs(hosts.githubRaw),
  gatewayCRDs(hosts.githubRaw),
];

function kubernetes(arch: string, hosts: Hosts): Artifact {
  const version = '1.36.3';
  const programs = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl'] as const;
  const base = `${hosts.kubernetes}/v${version}/bin/linux/${arch}`;
  const flag = 'k8s.io/component-base/version';
  return {
    name: 'kubernetes',
    version,
    provides: Object.fromEntries(programs.map((program) => [program, program])),
    downloads: programs.map((file) => ({
      url: `${base}/${file}`,
      sha256: { url: `${base}/${file}.sha256` },
      files: [file],
    })),
    source: {
      kind: 'build',
      module: 'kubernetes',
      programs: { kubernetes: '.' },
      // Without these it calls itself v0.0.0, and kubectl warns of the difference.
      ldflags: `-s -w -X ${flag}.gitVersion=v${version} -X ${flag}.gitMajor=1 -X ${flag}.gitMinor=36`,
      links: Object.fromEntries(programs.map((program) => [program, 'kubernetes'])),
      cpuSeconds: 470,
    },
  };
}

function etcd(arch: string, hosts: Hosts): Artifact {
  const version = '3.6.16';
  const folder = `etcd-v${version}-linux-${arch}`;
  const base = `${hosts.github}/etcd-io/etcd/releases/download/v${version}`;
  return {
    name: 'etcd',
    version,
    provides: { etcd: 'etcd' },
    downloads: [
      {
        url: `${base}/${folder}.tar.gz`,
        sha256: { url: `${base}/SHA256SUMS` },
        files: ['etcd'],
        archiveFolder: folder,
      },
    ],
    source: goTool('etcd', 'go.etcd.io/etcd/server/v3', '-s -w', 50),
  };
}

function helm(arch: string, hosts: Hosts): Artifact {
  const version = '4.3.1';
  const archive = `helm-v${version}-linux-${arch}.tar.gz`;
  return {
    name: 'helm',
    version,
    provides: { helm: 'helm' },
    downloads: [
      {
        url: `${hosts.helm}/${archive}`,
        sha256: { url: `${hosts.helm}/${archive}.sha256sum` },
        files: ['helm'],
        archiveFolder: `linux-${arch}`,
      },
    ],
    source: goTool(
      'helm',
      'helm.sh/helm/v4/cmd/helm',
      `-s -w -X helm.sh/helm/v4/internal/version.version=v${version}`,
      180,
    ),
  };
}

const goTool = (name: string, path: string, ldflags: string, cpuSeconds: number): GoSource => ({
  kind: 'build',
  module: name,
  programs: { [name]: path },
  ldflags,
  cpuSeconds,
});
