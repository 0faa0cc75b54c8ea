/**
 * What a scrape costs: over HTTP, from the real media thread, rooms and registry, each text made anew. The clients are
 * known to all of them but have shaken no hands: a scrape reads members, transports and counters, and no keys.
 */
import { randomBytes } from 'node:crypto';
import type { RoomSettings } from '#crds/rooms-file.ts';
import type { Figure } from './figure.ts';
import { floodBench } from './flood.ts';
import { type Pod, settingsOf, startPod } from './pod.ts';
import { median } from './quantile.ts';

interface Scene {
  readonly name: string;
  readonly rooms: number;
  readonly subscribersPerRoom: number;
  readonly target: { readonly ms: number; readonly kB?: number };
}

const scenes: readonly Scene[] = [
  { name: '1 room, 1000 subscribers', rooms: 1, subscribersPerRoom: 1000, target: { ms: 20, kB: 100 } },
  { name: '200 rooms, 5 subscribers each', rooms: 200, subscribersPerRoom: 5, target: { ms: 50 } },
];

/** Fewer than the seconds for which a silent client is kept allow. */
const scrapes = 60;

export async function metricsBench(say: (text: string) => void): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const scene of scenes) figures.push(...(await measured(scene, say)));
  return [...figures, ...(await floodBench(say))];
}

async function measured(scene: Scene, say: (text: string) => void): Promise<readonly Figure[]> {
  const settings = Array.from({ length: scene.rooms }, (_, i) => settingsOf(`room-${i}`));
  const sessions = scene.rooms * (scene.subscribersPerRoom + 1);
  const pod = await startPod({ settings, sessions, reuseMs: 0, rate: { perSecond: 1000, burst: 1000 } });
  for (const room of settings) used(room, pod, scene);
  const get = async (path: string) => {
    const from = performance.now();
    const bytes = (await (await fetch(`${pod.address}${path}`)).arrayBuffer()).byteLength;
    return { ms: performance.now() - from, bytes };
  };
  const times = { scrape: [] as number[], empty: [] as number[] };
  let bytes = 0;
  for (let i = 0; i < scrapes; i++) {
    times.empty.push((await get('/healthz')).ms);
    const scrape = await get('/metrics');
    times.scrape.push(scrape.ms);
    bytes = scrape.bytes;
  }
  await pod.stop();
  const figures = figuresOf(scene, { ms: median(times.scrape), emptyMs: median(times.empty), bytes });
  say(figures.map(({ name, value, unit }) => `${name}: ${value.toFixed(1)} ${unit}`).join(', '));
  return figures;
}

const figuresOf = (
  { name, target }: Scene,
  { ms, emptyMs, bytes }: { readonly ms: number; readonly emptyMs: number; readonly bytes: number },
): readonly Figure[] => [
  {
    name: `scrape of ${name}`,
    value: ms,
    unit: 'ms',
    baseline: { name: 'an empty answer', value: emptyMs },
    target: { atMost: target.ms },
  },
  {
    name: `text of ${name}`,
    value: bytes / 1000,
    unit: 'kB',
    ...(target.kB !== undefined && { target: { atMost: target.kB } }),
  },
];

/** A room with its publisher and subscribers, each of whom came in, and one of whom left. */
function used({ name }: RoomSettings, { media, all, meter }: Pod, { subscribersPerRoom }: Scene) {
  const room = `bench/${name}`;
  const codecs = [{ name: 'video/vp8', payloadType: 96, clockRate: 90_000 }];
  const join = (id: string, role: 'publisher' | 'subscriber') => {
    media.addTransport({
      id,
      localUfrag: id,
      localPwd: randomBytes(18).toString('base64'),
      remoteUfrag: 'remote',
      remotePwd: 'password',
    });
    const request = { route: role === 'publisher' ? 'whip' : 'whep', method: 'POST', room } as const;
    meter.asked(request);
    meter.answered(request, { status: 201, seconds: 0.02 });
    for (const step of ['IceConnected', 'DtlsConnected', 'Media', 'FirstFrame'] as const)
      meter.reached({ role, room }, step, { sinceAsked: 0.2, sinceAnswered: 0.1 });
  };
  const publisher = `${room} publisher`;
  join(publisher, 'publisher');
  all.publish(room, publisher, undefined);
  media.publish(publisher, room, [
    { kind: 'video', mid: '0', extensions: {}, codecs, nack: true, pli: true, fir: false },
  ]);
  for (let i = 0; i < subscribersPerRoom; i++) {
    const id = `${room} ${i}`;
    join(id, 'subscriber');
    all.subscribe(room, id);
    all.connected(room, id);
    media.subscribe(id, room, [
      { kind: 'video', mid: '0', extensions: {}, ssrc: 1 + i, cname: 'live', codecs, nack: true },
    ]);
  }
  all.connected(room, publisher);
  const leaving = { route: 'whep_session', method: 'DELETE', room } as const;
  meter.answered(leaving, { status: 200, seconds: 0.001 });
  meter.ended({ role: 'subscriber', room }, { reason: 'Deleted', last: 'FirstFrame', seconds: 60 });
}
