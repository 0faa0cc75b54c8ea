/**
 * The Prometheus Operator and Prometheus. They share a Go module, since most of their packages are the same: built one
 * after the other, the second takes a third of its time.
 */
import type { Artifact } from './artifact.ts';

const versionFlag = 'github.com/prometheus/common/version.Version';

/** Of the service discoveries only that of Kubernetes: the others would double the time of the build. */
const tags = ['remove_all_sd', 'enable_kubernetes_sd'];

/** Prometheus and promtool. Built with Go, Prometheus has no web interface of its own, only its HTTP API. */
export function prometheus(arch: string, github: string): Artifact {
  const version = '3.13.1';
  const folder = `prometheus-${version}.linux-${arch}`;
  const base = `${github}/prometheus/prometheus/releases/download/v${version}`;
  const path = 'github.com/prometheus/prometheus/cmd';
  return {
    name: 'prometheus',
    version,
    provides: { prometheus: 'prometheus', promtool: 'promtool' },
    downloads: [
      {
        url: `${base}/${folder}.tar.gz`,
        sha256: { url: `${base}/sha256sums.txt` },
        files: ['prometheus', 'promtool'],
        archiveFolder: folder,
      },
    ],
    source: {
      kind: 'build',
      module: 'monitoring',
      programs: { prometheus: `${path}/prometheus`, promtool: `${path}/promtool` },
      tags,
      ldflags: `-s -w -X ${versionFlag}=${version}`,
      cpuSeconds: 360,
    },
  };
}

const operatorVersion = '0.93.1';
const operatorPath = 'github.com/prometheus-operator/prometheus-operator';

/** The operator, and what runs beside each Prometheus that it makes. They are published as images only. */
export function prometheusOperator(): Artifact {
  return {
    name: 'prometheus-operator',
    version: operatorVersion,
    provides: {
      'prometheus-operator': 'prometheus-operator',
      'prometheus-config-reloader': 'prometheus-config-reloader',
    },
    downloads: [],
    source: {
      kind: 'build',
      module: 'monitoring',
      programs: {
        'prometheus-operator': `${operatorPath}/cmd/operator`,
        'prometheus-config-reloader': `${operatorPath}/cmd/prometheus-config-reloader`,
      },
      tags,
      ldflags: `-s -w -X ${versionFlag}=${operatorVersion}`,
      cpuSeconds: 115,
    },
  };
}

/** The five that the Prometheus Operator needs to reconcile at all. */
export function prometheusOperatorCRDs(githubRaw: string): Artifact {
  const folder = 'example/prometheus-operator-crd';
  const base = `${githubRaw}/prometheus-operator/prometheus-operator/v${operatorVersion}/${folder}`;
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
    version: operatorVersion,
    provides: { 'prometheus-operator-crds': '.' },
    downloads: Object.entries(sums).map(([kind, sha256]) => ({
      url: `${base}/${file(kind)}`,
      sha256,
      files: [file(kind)],
    })),
    source: {
      kind: 'files',
      module: 'monitoring',
      version: `v${operatorVersion}`,
      path: operatorPath,
      folder,
      files: Object.keys(sums).map(file),
    },
  };
}
