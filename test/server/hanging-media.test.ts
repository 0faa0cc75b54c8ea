import assert from 'node:assert/strict';
import { test } from 'node:test';
import { internalPath } from '#crds/contract.ts';
import { internalServer } from '#server/http/internal-server.ts';
import { jsonLog } from '#server/log.ts';
import type { MediaSnapshot } from '#server/media/plane.ts';
import { startMediaPlane } from '#server/media/thread.ts';
import { observation } from '#server/observation.ts';
import { startHeart } from '#server/probes/heart.ts';
import { rooms } from '#server/room/rooms.ts';
import { realClock } from './running.ts';
import { seriesValue } from './series.ts';
import { settingsOf } from './settings-of.ts';

const nothing = () => undefined;

test('a pod whose media thread hangs is scraped all the same, with what was known, and the fault is counted', async () => {
  const events = { onDtls: nothing, onConnected: nothing, onMedia: nothing, onFirstFrame: nothing, onClosed: nothing };
  const media = await startMediaPlane({ address: '127.0.0.1', port: 0, events: { ...events, onFailure: nothing } });
  let isHanging = false;
  const never = new Promise<never>(nothing);
  const hanging = {
    ...media,
    snapshot: (): Promise<MediaSnapshot> => (isHanging ? never : media.snapshot()),
    ping: () => (isHanging ? never : media.ping()),
  };
  const all = rooms(realClock, nothing);
  all.configure([settingsOf('keynote')]);
  const settings = {
    rooms: [settingsOf('keynote')],
    drainTimeoutMs: 0,
    tokens: new Map(),
    spokenTokens: new Map(),
    announced: [media.local],
  };
  const observed = await observation({
    media: hanging,
    rooms: all,
    state: { isDraining: false, settings },
    sessions: () => 0,
    clock: realClock,
    heart: startHeart(() => performance.now()),
    log: jsonLog('error', nothing, () => new Date()),
    config: { prefix: '', constLabels: {}, hasDefaults: false, reuseMs: 0 },
    onMetrics: undefined,
  });
  const app = internalServer({ checkup: observed.checkup, stats: observed.stats, metrics: observed.scrape });
  const scrape = async () => (await app.inject(internalPath.metrics)).body;
  assert.equal(seriesValue(await scrape(), 'live_errors_total{type="Media"}'), 0);
  isHanging = true;
  await scrape();
  const text = await scrape();
  assert.ok((seriesValue(text, 'live_errors_total{type="Media"}') ?? 0) >= 1, 'it is counted');
  assert.equal(seriesValue(text, 'live_subscribers{room="keynote"}'), 0, 'the rest is told');
  observed.stop();
  await app.close();
  await media.close();
});
