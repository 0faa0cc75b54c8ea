/** The measurements of the operator, as the first process of namespaces that hold a control plane and nothing else. */
import { once } from 'node:events';
import { mkdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Program, startControlPlane } from '#local/control-plane/control-plane.ts';
import { apiPort } from '#local/control-plane/flags.ts';
import { networkCommands, type Site } from '#local/network.ts';
import { run } from '#local/run.ts';
import { treeOf } from '#test/harness/processes.ts';
import { startNodes } from './nodes.ts';
import type { Phase } from './phase.ts';
import type { Sampled } from './profile.ts';
import { benchClient, namespace, type Scene } from './scene.ts';
import { measureSteps } from './steps.ts';

export interface ChildSettings {
  readonly site: Site;
  readonly dir: string;
  readonly binaries: Readonly<Record<Program | 'kubectl', string>>;
  /** How many rooms there are at each step, ascending. */
  readonly steps: readonly number[];
  /** What is left out of each step. */
  readonly without: readonly Phase['phase'][];
  /** Options of node for the operator. */
  readonly nodeOptions: readonly string[];
  /** A folder for a profile of each of its processes. */
  readonly profilesIn: string | undefined;
}

/** What the child tells. */
export type Told = { readonly said: string } | (Phase & { readonly sampled?: Sampled });

const tell = (told: Told) => new Promise((resolve) => process.send?.(told, resolve));
const say = (said: string) => void tell({ said });

// With this process all others of its namespaces end.
process.once('disconnect', () => process.exit(1));

const [settings] = (await once(process, 'message')) as [ChildSettings];
const { site, dir, binaries, steps, without, nodeOptions, profilesIn } = settings;
for (const [command = '', ...args] of networkCommands(site)) await run(command, args);
const controlPlaneDir = join(dir, 'control-plane');
await mkdir(controlPlaneDir);
const controlPlane = await startControlPlane({
  binaries,
  dir: controlPlaneDir,
  logsDir: dir,
  address: site.address,
  env: process.env,
  log: say,
});
const ca = await readFile(controlPlane.caFile);
const client = () => benchClient(controlPlane.url, ca, controlPlane.adminToken);
await run(binaries.kubectl, [
  ...['--kubeconfig', controlPlane.kubeconfigFile, 'apply', '--server-side'],
  ...['-f', 'crds/liveroom.yaml'],
]);
const bench = client();
await bench.request('POST', '/api/v1/namespaces', {
  body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
});
// As many as the host ports need, and one to spare.
const nodeCount = Math.ceil((steps.at(-1) ?? 0) / 1000) + 1;
const onFailed = (error: unknown) => {
  console.error('the stand-in for nodes failed', error);
  process.exit(1);
};
const nodes = await startNodes({ client: client(), nodes: nodeCount, startsMs: 1_000, onFailed });
const scene: Scene = {
  client: bench,
  nodes,
  surroundings: {
    dir,
    apiServer: { host: site.address, port: apiPort },
    caFile: controlPlane.caFile,
    token: controlPlane.adminToken,
  },
  controlPlane: await processes(),
  say,
};

let processesBegun = 0;
let profile = '';
await measureSteps(scene, {
  steps,
  without,
  nodeOptions() {
    if (profilesIn === undefined) return nodeOptions;
    profile = `${++processesBegun}.cpuprofile`;
    return [...nodeOptions, '--cpu-prof', `--cpu-prof-dir=${profilesIn}`, `--cpu-prof-name=${profile}`];
  },
  onMeasured: (phase, fromUs, toUs) =>
    tell(
      profilesIn === undefined ? phase : { ...phase, sampled: { profile: join(profilesIn, profile), fromUs, toUs } },
    ),
});
nodes.stop();
await controlPlane.stop();
process.exit(0);

/** The programs of the control plane, by name. */
async function processes(): Promise<ReadonlyMap<string, number>> {
  const pids = await treeOf(process.pid);
  const named = pids.map(
    async (pid) => [basename((await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0')[0] ?? ''), pid] as const,
  );
  return new Map((await Promise.all(named)).map(([name, pid]) => (pid === process.pid ? ['bench', pid] : [name, pid])));
}
