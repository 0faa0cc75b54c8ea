import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { internalPath } from '#crds/contract.ts';
import { internalServer } from '#server/http/internal-server.ts';
import { scrapeTurns, turns } from '#server/http/turns.ts';
import { jsonLog } from '#server/log.ts';
import type { MediaSnapshot } from '#server/media/plane.ts';
import { startMediaPlane } from '#server/media/thread.ts';
import { observation } from '#server/observation/observation.ts';
import { startHeart } from '#server/probes/heart.ts';
import { rooms } from '#server/room/rooms.ts';
import { realClock } from './running.ts';
import { seriesValue } from './series.ts';
import { serverSettings, settingsOf } from './settings-of.ts';

const nothing = () => undefined;

/** What is seen of a pod with one room, whose media thread hangs once it is told to, or from so many snapshots on. */
async function hangingMedia(t: TestContext, { after = Number.POSITIVE_INFINITY } = {}) {
  const events = {
    onDtls: nothing,
    onConnected: nothing,
    onMedia: nothing,
    onFirstFrame: nothing,
    onHints: nothing,
    onLayers: nothing,
    onHeld: nothing,
    onClosed: nothing,
    onThreadRefused: nothing,
    onSlower: nothing,
  };
  const media = await startMediaPlane({ address: '127.0.0.1', port: 0, events: { ...events, onFailure: nothing } });
  t.after(media.close);
  let isHanging = false;
  let snapshots = 0;
  const never = new Promise<never>(nothing);
  const heart = startHeart(() => performance.now());
  t.after(heart.stop);
  const all = rooms(realClock, nothing);
  all.configure([settingsOf('keynote')]);
  const settings = serverSettings([settingsOf('keynote')], [media.local]);
  const observed = await observation({
    media: {
      ...media,
      snapshot: (): Promise<MediaSnapshot> => (isHanging || snapshots++ >= after ? never : media.snapshot()),
      ping: () => (isHanging ? never : media.ping()),
    },
    rooms: all,
    state: { isDraining: false, identity: { pending: () => 0 }, settings },
    sessions: () => 0,
    clock: realClock,
    heart,
    log: jsonLog('error', nothing, () => new Date()),
    config: {
      busyLimitRatio: Number.POSITIVE_INFINITY,
      metrics: { prefix: '', constLabels: {}, hasDefaults: false, reuseMs: 0 },
    },
    onMetrics: undefined,
  });
  t.after(observed.stop);
  const app = internalServer({ ...observed, turns: turns({ ...scrapeTurns, clock: realClock }) });
  t.after(() => app.close());
  return {
    scrape: async () => (await app.inject(internalPath.metrics)).body,
    hang: () => {
      isHanging = true;
    },
  };
}

const failures = 'live_errors_total{type="Media"}';

test('a pod whose media thread hangs is scraped all the same, with what was known, and the fault is counted', async (t) => {
  const { scrape, hang } = await hangingMedia(t);
  assert.equal(seriesValue(await scrape(), failures), 0);
  hang();
  await scrape();
  const text = await scrape();
  assert.ok((seriesValue(text, failures) ?? 0) >= 1, 'it is counted');
  assert.equal(seriesValue(text, 'live_subscribers{room="keynote"}'), 0, 'the rest is told');
});

test('a media thread that is late while the pod starts is counted, and the pod starts', async (t) => {
  const { scrape } = await hangingMedia(t, { after: 1 });
  assert.ok((seriesValue(await scrape(), failures) ?? 0) >= 1);
});
