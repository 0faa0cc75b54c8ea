import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from 'prom-client';
import type { Watch } from '#operator/cluster/watch/watch.ts';
import { noCounts } from '#operator/cluster/watch/watch-counts.ts';
import { families } from '#operator/metrics/families.ts';
import { watchMetrics } from '#operator/metrics/watches.ts';
import { series } from '#test/server/series.ts';

const counts = noCounts();
const watched = { counts, lastHeardMs: () => 0, overdueMs: () => 0, isSynced: () => true, refused: () => undefined };

/** What a scrape shows of these watches, 100 s after the clock began. */
async function scraped(watches: readonly Watch[], names: RegExp) {
  const make = families(new Registry());
  watchMetrics(
    make,
    () => watches,
    () => 100_000,
  );
  return series(await make.exposition.metrics(), names);
}

test('each kind that is watched says how old its news are, how often it was begun anew, and what it has lost', async () => {
  const missed = { added: 1, changed: 0, deleted: 2 };
  const roomCounts = { lists: 3, watches: 7, failures: 5, unparsableLines: 2, comparisons: 4, missed };
  const watches: readonly Watch[] = [
    ['Pod', { ...watched, counts: { ...counts, lists: 1, watches: 1 }, lastHeardMs: () => 40_000 }],
    ['LiveRoom', { ...watched, counts: { ...counts, ...roomCounts }, lastHeardMs: () => 98_500 }],
  ];
  assert.deepEqual(await scraped(watches, /^liveroom_operator_(watch|relists)/), {
    'liveroom_operator_watch_age_seconds{kind="Pod"}': 60,
    'liveroom_operator_watch_age_seconds{kind="LiveRoom"}': 1.5,
    'liveroom_operator_watch_restarts_total{kind="Pod"}': 0,
    'liveroom_operator_watch_restarts_total{kind="LiveRoom"}': 6,
    'liveroom_operator_watch_failures_total{kind="Pod"}': 0,
    'liveroom_operator_watch_failures_total{kind="LiveRoom"}': 5,
    'liveroom_operator_watch_unreadable_events_total{kind="Pod"}': 0,
    'liveroom_operator_watch_unreadable_events_total{kind="LiveRoom"}': 2,
    'liveroom_operator_relists_total{kind="Pod"}': 0,
    'liveroom_operator_relists_total{kind="LiveRoom"}': 2,
    'liveroom_operator_watch_comparisons_total{kind="Pod"}': 0,
    'liveroom_operator_watch_comparisons_total{kind="LiveRoom"}': 4,
    'liveroom_operator_watch_missed_changes_total{kind="Pod",change="added"}': 0,
    'liveroom_operator_watch_missed_changes_total{kind="Pod",change="changed"}': 0,
    'liveroom_operator_watch_missed_changes_total{kind="Pod",change="deleted"}': 0,
    'liveroom_operator_watch_missed_changes_total{kind="LiveRoom",change="added"}': 1,
    'liveroom_operator_watch_missed_changes_total{kind="LiveRoom",change="changed"}': 0,
    'liveroom_operator_watch_missed_changes_total{kind="LiveRoom",change="deleted"}': 2,
  });
});

test('a kind that is watched in several namespaces is as old as the oldest of its watches', async () => {
  const watches: readonly Watch[] = [
    ['Pod', { ...watched, counts: { ...counts, watches: 3 }, lastHeardMs: () => 40_000 }],
    ['Pod', { ...watched, counts: { ...counts, watches: 2 }, lastHeardMs: () => 90_000 }],
  ];
  assert.deepEqual(await scraped(watches, /^liveroom_operator_watch_(age|restarts)/), {
    'liveroom_operator_watch_age_seconds{kind="Pod"}': 60,
    'liveroom_operator_watch_restarts_total{kind="Pod"}': 3,
  });
});
