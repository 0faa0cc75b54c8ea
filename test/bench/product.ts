import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { annotation, internalPath, port } from '#crds/contract.ts';
import { launchChromium, visit } from '#test/harness/browser.ts';
import { eventually } from '#test/harness/eventually.ts';
import { publishTestPicture, shown } from '#test/harness/pages.ts';
import { type Product, startProduct } from '#test/harness/product.ts';
import { aRoom } from '#test/harness/room.ts';
import type { Figure } from './figure.ts';
import { median } from './quantile.ts';

/** What a user waits for and what a room costs, on the local cluster. */

const rounds = 5;

interface Pod {
  readonly metadata: { readonly name: string; readonly annotations: Readonly<Record<string, string>> };
  readonly spec: { readonly containers: readonly { readonly ports: readonly { readonly name: string }[] }[] };
}

export async function productBench(say: (text: string) => void): Promise<readonly Figure[]> {
  say('product: booting the local cluster');
  const product = await startProduct();
  const browser = await launchChromium();
  try {
    const idle = await nodeRssMB();
    const rows: Figure[] = [await applyToReady(product, say)];
    const rss = await memory(product);
    rows.push(
      { name: 'RSS of the operator', value: rss.operator, unit: 'MB', baseline: idle, target: { atMost: 200 } },
      { name: 'RSS of an idle SFU pod', value: rss.sfu, unit: 'MB', baseline: idle, target: { atMost: 110 } },
      await postToFirstFrame(product, browser, say),
    );
    return rows;
  } finally {
    await browser.close();
    await product.stop();
  }
}

/** Beside it the same pod without us: applied by hand, with its address known beforehand. */
async function applyToReady({ kube }: Product, say: (text: string) => void): Promise<Figure> {
  await kube.apply(aRoom('model'));
  await kube.run(['wait', '--for=condition=Ready', 'liveroom/model', '--timeout=30s']);
  const pods = await kube.get<{ items: Pod[] }>('pods', '-l', 'liveroom.dev/room=model');
  const [model] = pods?.items ?? [];
  if (model === undefined) throw new Error('the room has no pod');
  const ours: number[] = [];
  const byHand: number[] = [];
  for (let round = 0; round < rounds; round++) {
    say(`product: apply to Ready, ${round + 1} of ${rounds}`);
    const ready = (kind: string) => ['wait', '--for=condition=Ready', `${kind}/round-${round}`, '--timeout=30s'];
    ours.push(await timed(() => kube.apply(aRoom(`round-${round}`)).then(() => kube.run(ready('liveroom')))));
    await kube.run(['delete', 'liveroom', `round-${round}`]);
    const pod = barePod(model, `round-${round}`);
    byHand.push(await timed(() => kube.apply(pod).then(() => kube.run(ready('pod')))));
    await kube.run(['delete', 'pod', `round-${round}`, '--force', '--grace-period=0']);
  }
  const baseline = { name: 'the bare pod', value: median(byHand) };
  return { name: 'kubectl apply to Ready', value: median(ours), unit: 'ms', baseline, target: { atMost: 3000 } };
}

function barePod({ metadata, spec }: Pod, name: string) {
  const { [annotation.mediaAddresses]: addresses } = metadata.annotations;
  const containers = spec.containers.map((container) => ({
    ...container,
    ports: container.ports.map((one) => ({ ...one, hostPort: undefined })),
  }));
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', annotations: { [annotation.mediaAddresses]: addresses } },
    spec: { ...spec, containers, nodeName: undefined },
  };
}

async function timed(action: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await action();
  return performance.now() - startedAt;
}

/** Resident memory as the processes themselves export it. */
async function memory({ kube }: Product) {
  const rssMB = async (namespace: string, selector: string) => {
    const name = (await kube.run(['-n', namespace, 'get', 'pods', '-l', selector, '-o', 'name'])).trim().split('/')[1];
    const path = `/api/v1/namespaces/${namespace}/pods/${name}:${port.internal}/proxy${internalPath.metrics}`;
    const text = await kube.run(['get', '--raw', path]);
    const bytes = /^process_resident_memory_bytes (\S+)$/m.exec(text)?.[1];
    if (bytes === undefined) throw new Error(`${namespace}/${name} does not say how much memory it holds`);
    return Number(bytes) / 1e6;
  };
  // Not the first pod of a checkout: its code has been compiled before, as it has been in an image.
  await kube.apply(aRoom('idle'));
  await kube.run(['wait', '--for=condition=Ready', 'liveroom/idle', '--timeout=30s']);
  const sfu = await rssMB('default', 'liveroom.dev/room=idle');
  await kube.run(['delete', 'liveroom', 'idle']);
  return { operator: await rssMB('liveroom-system', 'app.kubernetes.io/name=liveroom-operator'), sfu };
}

/** A Node that does nothing. */
async function nodeRssMB() {
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000); console.log("up")']);
  try {
    await once(child.stdout, 'data');
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
    return { name: 'an idle Node', value: (Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024) / 1e6 };
  } finally {
    child.kill();
  }
}

async function postToFirstFrame(product: Product, browser: Browser, say: (text: string) => void): Promise<Figure> {
  const urls = await product.urls('model');
  await publishTestPicture(browser, urls);
  const joins: number[] = [];
  const direct: number[] = [];
  for (let round = 0; round < rounds; round++) {
    say(`product: POST to first frame, ${round + 1} of ${rounds}`);
    const page = await visit(browser, urls.player);
    joins.push(await eventually('the first frame', async () => (await shown(page)).joinMs));
    direct.push(await withinThePage(page));
    await page.context().close();
  }
  const baseline = { name: 'two peers in one page', value: median(direct) };
  return { name: 'POST to first frame, Chromium', value: median(joins), unit: 'ms', baseline };
}

/** From offer to first frame between two connections of one page: no server, no network. */
const withinThePage = (page: Page): Promise<number> =>
  page.evaluate(`(async () => {
    const canvas = document.createElement('canvas');
    const context = canvas.getContext('2d');
    const drawing = setInterval(() => context.fillRect(Math.random() * 300, 0, 9, 9), 20);
    const [sender, receiver] = [new RTCPeerConnection(), new RTCPeerConnection()];
    sender.onicecandidate = ({ candidate }) => receiver.addIceCandidate(candidate);
    receiver.onicecandidate = ({ candidate }) => sender.addIceCandidate(candidate);
    for (const track of canvas.captureStream(30).getTracks()) sender.addTrack(track);
    const video = Object.assign(document.createElement('video'), { muted: true, autoplay: true });
    receiver.ontrack = ({ track }) => { video.srcObject = new MediaStream([track]); };
    const startedAt = performance.now();
    await sender.setLocalDescription();
    await receiver.setRemoteDescription(sender.localDescription);
    await receiver.setLocalDescription();
    await sender.setRemoteDescription(receiver.localDescription);
    await new Promise((resolve) => video.requestVideoFrameCallback(resolve));
    const tookMs = performance.now() - startedAt;
    clearInterval(drawing);
    sender.close();
    receiver.close();
    return tookMs;
  })()`);
