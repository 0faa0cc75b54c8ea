import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { label } from '#crds/contract.ts';
import type { Pod } from '#local/node/objects.ts';
import { eventually } from '#test/harness/eventually.ts';
import { processesOf } from '#test/harness/processes.ts';
import { type Product, startProduct } from '#test/harness/product.ts';
import { aRoom } from '#test/harness/room.ts';

/** A server pod that hangs, one way or another, is started anew, and it can be seen why. */

const room = aRoom('stage', {
  pod: { probes: { liveness: { periodSeconds: 4, timeoutSeconds: 1, failureThreshold: 3 } } },
});

/** By Node's inspector, which SIGUSR1 opens, on this thread alone. Run within the network of the pods. */
const hangMainThread = `
const [target] = await (await fetch('http://127.0.0.1:9229/json/list')).json();
const socket = new WebSocket(target.webSocketDebuggerUrl);
socket.onopen = () => {
  socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression: 'for (;;);' } }));
  setTimeout(() => process.exit(0), 500);
};
`;

describe('a server that hangs', () => {
  let product: Product;
  before(async () => {
    product = await startProduct();
    await product.kube.apply(room);
  });
  after(() => product?.stop());

  /** The room's pod once it is ready and has been restarted so often, and how it ended before. */
  const restarted = (times: number) =>
    eventually(
      `the pod is ready after ${times} restarts`,
      async () => {
        const selector = `${label.room}=stage`;
        const [pod] = (await product.kube.get<{ items: Pod[] }>('pods', '-l', selector))?.items ?? [];
        const [container] = pod?.status?.containerStatuses ?? [];
        if (pod === undefined || container?.ready !== true || container.restartCount !== times) return undefined;
        const [pid] = await processesOf(pod.metadata.name);
        return pid !== undefined && { name: pod.metadata.name, pid, ended: container.lastState?.terminated };
      },
      60_000,
    );
  const events = async () =>
    (await product.kube.get<{ items: { message: string }[] }>('events'))?.items.map(({ message }) => message) ?? [];

  test('in its main thread ends by itself, and the log and the pod’s status say why', async () => {
    const { name, pid } = await restarted(0);
    process.kill(pid, 'SIGUSR1');
    await eventually('the inspector is open', async () =>
      /Debugger listening/.test(await product.kube.run(['logs', name])),
    );
    const inPod = ['--target', String(pid), '--user', '--net', '--preserve-credentials'];
    const script = ['--input-type=module', '--eval', hangMainThread];
    const child = spawn('nsenter', [...inPod, process.execPath, ...script], { stdio: 'inherit' });
    assert.deepEqual(await once(child, 'exit'), [0, null]);
    const { ended } = await restarted(1);
    assert.equal(ended?.exitCode, 70);
    assert.match(ended.message ?? '', /the main thread has hung for \d+(\.\d)? s: the process ends/);
    const log = await product.kube.run(['logs', name, '--previous']);
    assert.match(log, /"level":"error","message":"the main thread has hung for .*"exitCode":70/);
  });

  test('as a whole fails its liveness probe, and is ended long before its drain time is over', async () => {
    const { name, pid } = await restarted(1);
    process.kill(pid, 'SIGSTOP');
    const { ended } = await restarted(2);
    assert.equal(ended?.exitCode, 137);
    assert.ok(
      (await events()).some((message) => /failed its? ?liveness probe/i.test(message)),
      name,
    );
  });
});
