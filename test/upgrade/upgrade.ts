import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { none, type Proof, proof } from '#test/faults/proof.ts';
import { launchChromium } from '#test/harness/browser.ts';
import { eventually } from '#test/harness/eventually.ts';
import { playsAgain, publishTestPicture, type RoomURLs, watch } from '#test/harness/pages.ts';
import { type Product, startProduct } from '#test/harness/product.ts';
import { aRoom } from '#test/harness/room.ts';
import { type Scene, type Sight, scene } from './scene.ts';
import { everySecond } from './seconds.ts';
import type { Viewer } from './viewer.ts';

/** Two rooms of 0.1.0, of which one is on the air. */
interface Air {
  readonly product: Product;
  readonly browser: Browser;
  readonly on: Scene;
  readonly urls: RoomURLs;
  readonly publisher: Page;
  readonly player: Page;
  readonly viewers: readonly Viewer[];
  readonly seconds: ReturnType<typeof everySecond>;
  readonly first: Readonly<Record<'live' | 'idle', Sight>>;
}

/**
 * From release 0.1.0, whose code is in `folder`, to this tree while a room is on the air:
 *
 *     operator 0.1.0 · servers 0.1.0
 *     operator today · servers 0.1.0    no pod is touched, and edits reach those of 0.1.0
 *     operator today · servers today    the idle room gets another pod, the live one once nobody publishes
 */
export async function upgrade(folder: string, say: (text: string) => void): Promise<readonly Proof[]> {
  await using held = new AsyncDisposableStack();
  const air = await onAir(folder, held);
  say('0.1.0 is on the air: now the operator of today');
  const alone = await operatorAlone(air);
  say('now the servers of today');
  const both = await serversToo(air);
  say('nobody publishes any more');
  return [...alone, ...both, ...(await onceIdle(air))];
}

const spec = { publish: { codecs: ['VP8', 'Opus'] }, drain: { timeout: '20s' } };

async function onAir(folder: string, held: AsyncDisposableStack): Promise<Air> {
  const product = await startProduct({
    manifests: await readFile('test/fixtures/0.1.0/install.yaml', 'utf8'),
    images: { 'liveroom.dev/operator:0.1.0': folder, 'liveroom.dev/sfu:0.1.0': folder },
  });
  held.defer(() => product.stop());
  const browser = await launchChromium();
  held.defer(() => browser.close());
  const { kube } = product;
  const on = scene(kube);
  for (const name of ['live', 'idle']) await kube.apply(aRoom(name, spec));
  for (const name of ['live', 'idle']) await on.says(name, 'Ready=True/Ready');
  const urls = await product.urls('live');
  const publisher = await publishTestPicture(browser, urls);
  const player = await watch(browser, urls);
  const viewers: Viewer[] = [];
  while (viewers.length < 2) {
    const one = await on.viewer('live');
    held.defer(() => one.stop());
    viewers.push(one);
  }
  await on.says('live', 'Publishing=True/Publishing');
  const first = { live: await on.sight('live'), idle: await on.sight('idle') };
  return { product, browser, on, urls, publisher, player, viewers, seconds: everySecond(player), first };
}

async function operatorAlone({ product, on, first }: Air): Promise<readonly Proof[]> {
  await product.install(await manifests('operator'));
  const besides = await on.besidesLeader();
  for (const what of said) await on.says('live', what);
  const [live, idle] = [await on.sight('live'), await on.sight('idle')];
  await product.kube.apply(aRoom('live', { ...spec, play: { maxSubscribers: 3 } }));
  await on.says('live', 'Ready=True/Ready');
  const refused = await refusal(on);
  return [
    proof('upgrade: whose code runs before', JSON.stringify(first), first.live.code === '0.1.0'),
    none('upgrade: operators that act beside the leader', besides),
    same('upgrade: the operator alone, and the live room', first.live, live),
    same('upgrade: the operator alone, and the idle room', first.idle, idle),
    proof('upgrade: an edit reaches a pod of 0.1.0', refused, refused.startsWith('403 ')),
  ];
}

/** What a room on the air says once an operator of today looks after it. */
const said = [
  'Accepted=True/Accepted',
  'OriginReady=True/OriginReady',
  'MediaReachable=True/MediaReachable',
  'EndpointReady=True/EndpointReady',
  'Publishing=True/Publishing',
  'MonitoringReady=False/CRDsNotInstalled',
  'Progressing=False/RolloutComplete',
  'Draining=False/NotDraining',
  'Ready=True/Ready',
];

/** This tree's manifests, with these images of ours under another tag than those of 0.1.0, as the chart would have it. */
async function manifests(...images: readonly ('operator' | 'sfu')[]): Promise<string> {
  const tagged = new RegExp(`(liveroom\\.dev/(?:${images.join('|')})):[\\w.-]+`, 'g');
  const text = await readFile('install.yaml', 'utf8');
  return text.replaceAll(tagged, '$1:today').replace(/(config-hash:) .*/, `$1 ${images.join('-')}`);
}

const same = (what: string, before: Sight, after: Sight): Proof =>
  proof(what, JSON.stringify(after), JSON.stringify(after) === JSON.stringify(before));

/** How a viewer is refused once there are as many as there may be. Those who come before the pod knows are let in. */
const refusal = (on: Scene): Promise<string> =>
  eventually('a viewer too many is refused', async () => {
    try {
      (await on.viewer('live')).stop();
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  });

async function serversToo({ product, on, first, seconds, viewers }: Air): Promise<readonly Proof[]> {
  await product.install(await manifests('operator', 'sfu'));
  await on.says('live', 'Progressing=False/WaitingForIdle');
  await on.says('idle', 'Progressing=False/RolloutComplete');
  const [live, idle] = [await on.sight('live'), await on.sight('idle')];
  const { count, empty, lost } = await seconds.end();
  const packets = viewers.map((each) => each.packets());
  // Whoever was cut off has no gap either.
  const goesOn = (each: Viewer, index: number) => each.packets() > (packets[index] ?? 0);
  await eventually('every viewer is sent more', () => viewers.every(goesOn));
  const missing = viewers.map((each) => each.lost());
  return [
    same('upgrade: new servers, and the live room', first.live, live),
    proof('upgrade: new servers, and the idle room', JSON.stringify(idle), idle.code === 'today'),
    none(`upgrade: seconds without picture or sound, of ${count}`, empty),
    proof('upgrade: video packets that Chromium missed', lost, lost === 0),
    proof(
      `upgrade: packets that did not come, of ${packets}`,
      missing.join(),
      missing.every((each) => each === 0),
    ),
  ];
}

async function onceIdle({ browser, on, urls, first, publisher, player }: Air): Promise<readonly Proof[]> {
  await publisher.context().close();
  await on.says('live', 'Progressing=False/RolloutComplete');
  await publishTestPicture(browser, urls);
  await playsAgain(player, 60_000);
  const live = await on.sight('live');
  return [
    proof('upgrade: the room that was live', JSON.stringify(live), live.code === 'today'),
    proof('upgrade: it was Ready all the while', live.readySince, live.readySince === first.live.readySince),
  ];
}
