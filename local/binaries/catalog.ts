/** What the local cluster and the tests run that npm does not have, and the two ways to get each. */

/** What can be asked for: programs by their name, and the folder of the Prometheus Operator's CRDs. */
export type BinaryName =
  | 'kube-apiserver'
  | 'kube-controller-manager'
  | 'kube-scheduler'
  | 'kubectl'
  | 'etcd'
  | 'helm'
  | 'promtool'
  | 'prometheus-operator-crds';

/** One entry of the cache: what is downloaded, built and replaced together. */
export interface Artifact {
  readonly name: string;
  readonly version: string;
  /** Names that can be asked for, and where each is below the entry. */
  readonly provides: Readonly<Partial<Record<BinaryName, string>>>;
  readonly downloads: readonly Download[];
  readonly source: GoSource;
}

export interface Download {
  readonly url: string;
  /** Known here, or the address of a file that says it: `<hex>` alone or a line `<hex>  <file name>`. */
  readonly sha256: string | { readonly url: string };
  /** File name in the entry. */
  readonly file: string;
  /** The file is this member of a `.tar.gz`; absent, it is the download itself. */
  readonly member?: string;
}

/** How Go gets it, from a module whose go.mod and go.sum pin every dependency. */
export type GoSource =
  | {
      readonly kind: 'build';
      /** Folder below `local/go`. */
      readonly module: string;
      readonly package: string;
      readonly ldflags: string;
      readonly file: string;
      /** Further names of the same file, which acts by the name it is called by. */
      readonly links: readonly string[];
      /** On one core with nothing cached; for the estimate. */
      readonly cpuSeconds: number;
    }
  | {
      readonly kind: 'files';
      readonly module: string;
      readonly version: string;
      readonly path: string;
      readonly folder: string;
      readonly files: readonly string[];
    };

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
  promtool(arch, hosts),
  prometheusOperatorCRDs(hosts),
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
    downloads: programs.map((file) => ({ url: `${base}/${file}`, sha256: { url: `${base}/${file}.sha256` }, file })),
    source: {
      kind: 'build',
      module: 'kubernetes',
      package: '.',
      // Without these it calls itself v0.0.0, and kubectl warns of the difference.
      ldflags: `-s -w -X ${flag}.gitVersion=v${version} -X ${flag}.gitMajor=1 -X ${flag}.gitMinor=36`,
      file: 'kubernetes',
      links: programs,
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
        file: 'etcd',
        member: `${folder}/etcd`,
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
        file: 'helm',
        member: `linux-${arch}/helm`,
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

function promtool(arch: string, hosts: Hosts): Artifact {
  const version = '3.13.1';
  const folder = `prometheus-${version}.linux-${arch}`;
  const base = `${hosts.github}/prometheus/prometheus/releases/download/v${version}`;
  return {
    name: 'promtool',
    version,
    provides: { promtool: 'promtool' },
    downloads: [
      {
        url: `${base}/${folder}.tar.gz`,
        sha256: { url: `${base}/sha256sums.txt` },
        file: 'promtool',
        member: `${folder}/promtool`,
      },
    ],
    source: goTool(
      'promtool',
      'github.com/prometheus/prometheus/cmd/promtool',
      `-s -w -X github.com/prometheus/common/version.Version=${version}`,
      350,
    ),
  };
}

/** The five that the Prometheus Operator needs to reconcile at all. */
function prometheusOperatorCRDs(hosts: Hosts): Artifact {
  const version = '0.93.1';
  const path = 'github.com/prometheus-operator/prometheus-operator';
  const folder = 'example/prometheus-operator-crd';
  const base = `${hosts.githubRaw}/prometheus-operator/prometheus-operator/v${version}/${folder}`;
  const sums = {
    prometheuses: 'e453c7f324077b3fcc3f82ca40b095f0f23cc07e6177b2e61b863f04011bed41',
    servicemonitors: '7dd4206947c94bc76f71daa07c45a1010a5d697c54fe079f8207b0e82026a26a',
    podmonitors: 'eef45bb50df838a85226eb6b03c0c7094c54d605776bdf2ec149f17fba8a1df0',
    probes: '9e091f0f95a8ec4b4e7f69a60f5c189a0846db17f5d014e24ca7c39e04c30adb',
    prometheusrules: '2d72928f7ceb99d153f2f91d2c2fd68d4b89c4914f2a09e15ac049b2f0316df3',
  };
  const file = (kind: string) => `monitoring.coreos.com_${kind}.yaml`;
  return {
    name: 'prometheus-operator-crds',
    version,
    provides: { 'prometheus-operator-crds': '.' },
    downloads: Object.entries(sums).map(([kind, sha256]) => ({
      url: `${base}/${file(kind)}`,
      sha256,
      file: file(kind),
    })),
    source: {
      kind: 'files',
      module: 'prometheus-operator',
      version: `v${version}`,
      path,
      folder,
      files: Object.keys(sums).map(file),
    },
  };
}

const goTool = (name: string, path: string, ldflags: string, cpuSeconds: number): GoSource => ({
  kind: 'build',
  module: name,
  package: path,
  ldflags,
  file: name,
  links: [],
  cpuSeconds,
});
