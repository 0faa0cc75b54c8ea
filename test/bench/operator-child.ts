/** The measurements of the operator, as the first process of namespaces that hold a control plane and nothing else. */
import { once } from 'node:events';
import { mkdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Program, startControlPlane } from '#local/control-plane/control-plane.ts';
import { apiPort } from '#local/control-plane/flags.ts';
import { networkCommands, type Site } from '#local/network.ts';
import { run } from '#local/run.ts';
import { eventually } from '#test/harness/eventually.ts';
import { treeOf } from '#test/harness/processes.ts';
import type { Phase } from './operator-figures.ts';
import { floor } from './operator-floor.ts';
import { startNodes } from './operator-nodes.ts';
import { burst, editsDuringResync, type Measured, paced, quiet, restart } from './operator-phases.ts';
import { applyRoom, benchClient, idle, namespace, type Scene, startOperator } from './operator-scene.ts';

export interface ChildSettings {
  readonly site: Site;
  readonly dir: string;
  readonly binaries: Readonly<Record<Program | 'kubectl', string>>;
  /** How many rooms there are at each step, ascending. */
  readonly steps: readonly number[];
  /** Options of node for the operator, for a profile. */
  readonly nodeOptions: readonly string[];
}

/** What the child tells. */
export type Line = { readonly said: string } | Phase;

const tell = (line: Line) => new Promise((resolve) => process.send?.(line, resolve));
const say = (said: string) => void tell({ said });
const told = (phase: Phase['phase'], rooms: number, measured: Measured) => tell({ phase, rooms, measured });

// With this process all others of its namespaces end.
process.once('disconnect', () => process.exit(1));

const [settings] = (await once(process, 'message')) as [ChildSettings];
const { site, dir, binaries, steps, nodeOptions } = settings;
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
const nodes = await startNodes({ client: client(), nodes: nodeCount, startsMs: 1_000 });
const scene: Scene = {
  client: bench,
  nodes,
  surroundings: {
    dir,
    apiServer: { host: site.address, port: apiPort },
    caFile: controlPlane.caFile,
    token: controlPlane.adminToken,
    nodeOptions,
  },
  controlPlane: await processes(),
  say,
};

say('operator: the floor');
await told('floor', 0, await floor(bench, Math.min(200, steps.at(-1) ?? 0)));

// Once before, so that its code has been compiled, as it has been in an image.
await (await startOperator(scene)).stop();
let operator = await startOperator(scene, nodeOptions);
await applyRoom(bench, 'warm-up');
await eventually('the first room is ready', () => nodes.count().ready === 1, 120_000);
await idle(operator);

let made = 1;
const more = (count: number) => Array.from({ length: count }, () => `room-${made++}`);
for (const step of steps) {
  const isSmall = step <= 100;
  say(`operator: on to ${step} rooms, ${isSmall ? '10 a second' : 'at once'}`);
  const rooms = more(step - made + 1);
  await told(isSmall ? 'paced' : 'burst', step, await (isSmall ? paced : burst)(scene, operator, rooms));
  say(`operator: quiet with ${step} rooms`);
  await told('quiet', step, await quiet(operator, scene, 20));
  say(`operator: a new one among ${step} rooms`);
  const again = await restart(scene, operator);
  operator = again.operator;
  await told('restart', step, again.measured);
  say(`operator: edits among ${step} rooms`);
  const edited = Array.from({ length: 100 }, (_, i) => `room-${1 + ((i * 7) % (step - 1))}`);
  await told('edits', step, await editsDuringResync(scene, operator, [...new Set(edited)]));
}
await operator.stop();
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
