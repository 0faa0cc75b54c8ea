import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type Cluster, startCluster } from '#local/cluster.ts';
import { markedProcesses } from '#local/marked-processes.ts';
import { PortInUse } from '#local/sockets.ts';
import { eventually } from '#test/harness/eventually.ts';
import { kubectl } from '#test/harness/kubectl.ts';

const temporary = await mkdtemp(join(tmpdir(), 'liveroom-test-'));
process.env['TMPDIR'] = temporary;
after(() => rm(temporary, { recursive: true }));

const modes: Readonly<Record<string, NodeJS.ProcessEnv>> = {
  'a namespace': {},
  'loopback addresses': { LIVEROOM_NAMESPACE: 'none' },
};

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

async function leavesNothing({ dir, apiURL, httpURL }: Pick<Cluster, 'dir' | 'apiURL' | 'httpURL'>) {
  await eventually('no process', async () => (await markedProcesses(dir)).length === 0);
  await eventually('no folder', async () => !(await exists(dir)));
  // A dying process has no environment any more while the kernel still closes its sockets.
  for (const url of [apiURL, httpURL]) await eventually(`${url} free`, () => isFree(Number(new URL(url).port)));
}

/** Rejects if something listens there. */
async function isFree(port: number) {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  await new Promise((resolve) => server.close(resolve));
  return true;
}

for (const [mode, env] of Object.entries(modes)) {
  test(`with ${mode}, two clusters run side by side, and stopping one leaves nothing of it`, async (t) => {
    const options = { node: false, env: { ...process.env, ...env } };
    const [one, other] = await Promise.all([startCluster(options), startCluster(options)]);
    t.after(() => Promise.all([one.stop(), other.stop()]));
    const client = (cluster: Cluster) => kubectl(cluster.kubectlFile, cluster.kubeconfigFile);
    await client(one).run(['create', 'namespace', 'only-here']);
    assert.equal(await client(other).get('namespace', 'only-here'), undefined);
    await one.stop();
    await leavesNothing(one);
    assert.ok(await client(other).get('namespace', 'default'));
  });

  test(`with ${mode}, nothing is left of a cluster whose owner was killed`, async () => {
    const module = JSON.stringify(import.meta.resolve('#local/cluster.ts'));
    const code = `
      const { startCluster } = await import(${module});
      const { dir, apiURL, httpURL } = await startCluster();
      console.log(JSON.stringify({ dir, apiURL, httpURL }));`;
    const owner = spawn(process.execPath, ['--input-type=module', '-e', code], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(owner.stdout, 'data');
    const cluster = JSON.parse(String(line));
    assert.ok((await markedProcesses(cluster.dir)).length > 4);
    owner.kill('SIGKILL');
    await leavesNothing(cluster);
  });
}

/** Folders of clusters, in a folder for temporary files of our own: others may be running clusters, too. */
const clustersLeft = () => readdir(tmpdir());

test('a port in use is named before anything is started', async (t) => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  t.after(() => other.close());
  const { port } = other.address() as { port: number };
  for (const option of ['httpPort', 'apiPort']) {
    await assert.rejects(
      startCluster({ [option]: port }),
      (error) => error instanceof PortInUse && error.message === `TCP port ${port} on 127.0.0.1 is in use`,
    );
  }
  assert.deepEqual(await clustersLeft(), []);
});

test('a program that fails is named, with the end of what it wrote, and nothing is left', async (t) => {
  const binaries = await mkdtemp(join(temporary, '..', 'liveroom-test-'));
  t.after(() => rm(binaries, { recursive: true }));
  const etcd = join(binaries, 'etcd');
  await writeFile(etcd, '#!/bin/sh\necho "the disk is on fire" >&2\nexit 3\n');
  await chmod(etcd, 0o755);
  const going = startCluster({ node: false, env: { ...process.env, LIVEROOM_BINARIES: binaries } });
  await assert.rejects(going, /etcd ended with 3\..*the disk is on fire/s);
  assert.deepEqual(await clustersLeft(), []);
});

test('aborting while it boots leaves nothing', async () => {
  const stopping = new AbortController();
  const going = startCluster({ node: false, signal: stopping.signal });
  await eventually('a cluster that boots', async () => (await clustersLeft()).length > 0);
  stopping.abort();
  await assert.rejects(going, { name: 'AbortError' });
  assert.deepEqual(await clustersLeft(), []);
});
