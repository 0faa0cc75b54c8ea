/**
 * The process inside: the first one of the cluster's namespaces, and parent of all that runs in the cluster. The
 * process outside (cluster.ts) starts it, hands it sockets of the machine, and ends it.
 */
import type { Socket } from 'node:dgram';
import { mkdir, readFile, rm } from 'node:fs/promises';
import type { Server } from 'node:net';
import { join } from 'node:path';
import { kubeClient } from '#operator/cluster/client/client.ts';
import { type ControlPlane, startControlPlane } from './control-plane/control-plane.ts';
import { apiPort } from './control-plane/flags.ts';
import { mark } from './marked-processes.ts';
import type { FrontSocket, StartSettings, ToInside, ToOutside } from './messages.ts';
import { monitoringDoor } from './monitoring/door.ts';
import { monitoringImages } from './monitoring/images.ts';
import { networkCommands } from './network.ts';
import type { LocalImages } from './node/command-line.ts';
import type { FrontDoor } from './node/front-door.ts';
import { startNode } from './node/node.ts';
import { tcpRelay } from './node/tcp-relay.ts';
import { roomsDoor } from './rooms-door.ts';
import { run } from './run.ts';
import { socketInbox } from './socket-inbox.ts';

const send = (message: ToOutside) => process.connected && process.send?.(message);
const log = (text: string) => send({ kind: 'log', text });
const inbox = socketInbox((id, protocol, port) => send({ kind: 'open', id, protocol, port }));

/** What to stop, the last first: the node while there is still an API server. */
const running: { stop(): Promise<void> }[] = [];

async function start(settings: StartSettings): Promise<void> {
  const { site, dir, logsDir, binaries } = settings;
  if (site.kind === 'namespace') {
    for (const [command = '', ...args] of networkCommands(site)) await run(command, args);
  }
  const controlPlaneDir = join(dir, 'control-plane');
  await mkdir(controlPlaneDir);
  const { address } = site;
  const controlPlane = await startControlPlane({
    binaries,
    dir: controlPlaneDir,
    logsDir,
    address,
    env: process.env,
    log,
  });
  running.push(controlPlane);
  controlPlane.failed.catch(fail);
  if (settings.hasNode) await runPods(settings, controlPlane);
  tcpRelay({ outside: await inbox.front('api'), podIP: address, podPort: apiPort });
  send({ kind: 'ready', ca: await readFile(controlPlane.caFile, 'utf8'), token: controlPlane.adminToken });
}

/** Starts the node, and opens the front door to its pods. */
async function runPods(settings: StartSettings, controlPlane: ControlPlane): Promise<void> {
  const { site, dir, root, hostAddress, monitoring } = settings;
  const { url, caFile, certFile, keyFile, adminToken } = controlPlane;
  const authorization = async () => `Bearer ${adminToken}`;
  const client = kubeClient({ server: url, ca: await readFile(caFile), authorization });
  const node = await startNode({
    ...{ client, name: 'local', cidr: site.podCidr, address: site.address, externalAddress: hostAddress },
    ...{ dir: join(dir, 'node'), certFile, keyFile, openHostPort: inbox.open, log: console.log },
    images: { ...ownImages(settings), ...(monitoring && monitoringImages(monitoring)) },
    apiServer: { host: site.address, port: apiPort },
  });
  const behind = { client, pods: node.pods, log: console.log };
  const doors = [await opened('http', roomsDoor(behind, root))];
  if (monitoring !== undefined) doors.push(await opened('monitoring', monitoringDoor(behind, root)));
  running.push({
    async stop() {
      for (const door of doors) door.close();
      await node.stop();
      await client.close();
    },
  });
}

/** Both of our images are this tree, but for those that are to be other code. */
const ownImages = ({ root, images, dir }: StartSettings): LocalImages =>
  Object.fromEntries(
    Object.entries({ 'liveroom.dev/': root, ...images }).map(([name, cwd]) => [name, { cwd, env: mark(dir) }]),
  );

/** Gives a door its socket of the machine. */
async function opened(name: FrontSocket, door: FrontDoor): Promise<FrontDoor> {
  (await inbox.front(name)).on('connection', (socket) => door.server.emit('connection', socket));
  return door;
}

function fail(error: unknown): void {
  send({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
}

/** Ends everything, once; in a namespace the kernel ends what is left with us. */
async function end(dir: string | undefined): Promise<void> {
  for (const part of running.splice(0).reverse()) await part.stop().catch((error: Error) => console.log(error.message));
  // The process outside does this, too, unless it is gone without a word.
  if (dir !== undefined) await rm(dir, { recursive: true, force: true });
  process.exit(0);
}

let dir: string | undefined;

process.on('message', (message: ToInside, handle?: Server | Socket) => {
  switch (message.kind) {
    case 'start':
      dir = message.settings.dir;
      start(message.settings).catch(fail);
      break;
    case 'stop':
      void end(dir);
      break;
    case 'socket':
    case 'refused':
      inbox.deliver(message, handle);
      break;
  }
});
process.once('disconnect', () => end(dir));
