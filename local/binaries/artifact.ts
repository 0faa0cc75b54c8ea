/** What an entry of the cache is made of, and the two ways to get it. */

/** What can be asked for: programs by their name, and the folders of other projects' CRDs. */
export type BinaryName =
  | 'kube-apiserver'
  | 'kube-controller-manager'
  | 'kube-scheduler'
  | 'kubectl'
  | 'etcd'
  | 'helm'
  | 'promtool'
  | 'prometheus'
  | 'prometheus-operator'
  | 'prometheus-config-reloader'
  | 'prometheus-operator-crds'
  | 'gateway-api-crds';

/** One entry of the cache: what is downloaded, built and replaced together. */
export interface Artifact {
  readonly name: string;
  readonly version: string;
  /** Names that can be asked for, and where each is below the entry. */
  readonly provides: Readonly<Partial<Record<BinaryName, string>>>;
  /** Empty: nobody publishes it. */
  readonly downloads: readonly Download[];
  readonly source: GoSource;
}

export interface Download {
  readonly url: string;
  /** Known here, or the address of a file that says it: `<hex>` alone or a line `<hex>  <file name>`. */
  readonly sha256: string | { readonly url: string };
  /** Names in the entry. */
  readonly files: readonly string[];
  /** The files are in this folder of a `.tar.gz`; absent, the download itself is the one file. */
  readonly archiveFolder?: string;
}

/** How Go gets it, from a module whose go.mod and go.sum pin every dependency. */
export type GoSource =
  | {
      readonly kind: 'build';
      /** Folder below `local/go`. */
      readonly module: string;
      /** The package of each file. */
      readonly programs: Readonly<Record<string, string>>;
      readonly ldflags: string;
      /** Build tags. */
      readonly tags?: readonly string[];
      /** Further names of a file, which acts by the name it is called by. */
      readonly links?: Readonly<Record<string, string>>;
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
