import { setTimeout as sleep } from 'node:timers/promises';
import { annotation } from '#crds/contract.ts';
import { launchChromium } from '#test/harness/browser.ts';
import { eventually } from '#test/harness/eventually.ts';
import { publishTestPicture, shown, watch } from '#test/harness/pages.ts';
import { processesNaming } from '#test/harness/processes.ts';
import { startProduct } from '#test/harness/product.ts';
import { aRoom } from '#test/harness/room.ts';
import { programOf } from './program.ts';

export interface MediaOutage {
  /** Frames that a viewer was shown per second, and video packets that it lost. */
  readonly framesPerSecond: number;
  readonly lostPackets: number;
  /** Whether the pod is the one of before. */
  readonly isSamePod: boolean;
  /** From the API server's return until the pod was told of an edit. */
  readonly syncedInMs: number;
}

/**
 * A room on the local cluster, published and watched in a real Chromium, while the API server is stopped: for operator and
 * node alike it no longer answers.
 */
export async function mediaOutage(forMs: number, say: (text: string) => void = () => undefined): Promise<MediaOutage> {
  const product = await startProduct();
  const browser = await launchChromium();
  const { kube, cluster } = product;
  const pod = async () =>
    (
      await kube.get<{ items: { metadata: { uid: string; annotations: Record<string, string> } }[] }>(
        'pods',
        '-l',
        'liveroom.dev/room=keynote',
      )
    )?.items[0]?.metadata;
  try {
    await kube.apply(aRoom('keynote'));
    await kube.run(['wait', '--for=condition=Ready', 'liveroom/keynote', '--timeout=60s']);
    const urls = await product.urls('keynote');
    await publishTestPicture(browser, urls);
    const player = await watch(browser, urls);
    const origin = await pod();
    const server = await programOf(await processesNaming(cluster.dir), 'kube-apiserver');

    say(`the API server is stopped for ${forMs / 1000} s`);
    const before = (await shown(player)).stats;
    process.kill(server, 'SIGSTOP');
    await sleep(forMs);
    process.kill(server, 'SIGCONT');
    const fromMs = performance.now();
    const after = (await shown(player)).stats;
    await kube.apply(aRoom('keynote', { play: { maxSubscribers: 77 } }));
    const told = await eventually(
      'the pod is told of an edit',
      async () => {
        const now = await pod();
        return now?.annotations[annotation.settingsHash] !== origin?.annotations[annotation.settingsHash] && now;
      },
      120_000,
    );
    const rise = (figure: string) => Number(after[figure] ?? 0) - Number(before[figure] ?? 0);
    return {
      framesPerSecond: rise('frames') / (forMs / 1000),
      lostPackets: rise('lost'),
      isSamePod: told.uid === origin?.uid,
      syncedInMs: performance.now() - fromMs,
    };
  } finally {
    await browser.close();
    await product.stop();
  }
}
