/**
 * The process inside: the first one of the cluster's namespaces, and parent of all that runs in the cluster. The
 * process outside (cluster.ts) starts it, hands it sockets of the machine, and ends it.
 */
import type { Socket } from 'node:dgram';
import { mkdir, readFile, rm } from 'node:fs/promises';
import type { Server } from 'node:net';
import { join } from 'node:path';
import { startControlPlane } from './control-plane/control-plane.ts';
import { apiPort } from './control-plane/flags.ts';
import type { StartSettings, ToInside, ToOutside } from './messages.ts';
import { networkCommands } from './network.ts';
import { tcpRelay } from './node/tcp-relay.ts';
import { run } from './run.ts';
import { socketInbox } from './socket-inbox.ts';

const send = (message: ToOutside) => process.connected && process.send?.(message);
const log = (text: string) => send({ kind: 'log', text });
const inbox = socketInbox((id, protocol, port) => send({ kind: 'open', id, protocol, port }));

/** What to stop, in order of starting. */
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
  tcpRelay({ outside: await inbox.front('api'), podIP: address, podPort: apiPort });
  send({ kind: 'ready', ca: await readFile(controlPlane.caFile, 'utf8'), token: controlPlane.adminToken });
}

function fail(error: unknown): void {
  send({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
}

/** Ends everything; in a namespace the kernel ends what is left with us. */
async function end(): Promise<void> {
  await Promise.allSettled(running.map((part) => part.stop()));
}

process.on('message', (message: ToInside, handle?: Server | Socket) => {
  switch (message.kind) {
    case 'start':
      start(message.settings).catch(fail);
      // The process outside is gone without a word: nobody else will remove the folder.
      process.once('disconnect', async () => {
        await end();
        await rm(message.settings.dir, { recursive: true, force: true });
        process.exit(1);
      });
      break;
    case 'stop':
      void end().then(() => process.exit(0));
      break;
    case 'socket':
    case 'refused':
      inbox.deliver(message, handle);
      break;
  }
});
