import { join } from 'node:path';
import { test } from 'node:test';
import { metricsOf, seen, view } from '../statuses.ts';

/** What depends on the process that runs the test. */
const masked = (text: string) =>
  text.replace(/(node=")[^"]*/, '$1v26.0.0').replace(/(live_debug_objects\{type="(?:socket|timer)"\}) \d+/g, '$1 0');

for (const rooms of [[], ['keynote'], ['keynote', 'lobby', 'radio']])
  test(`an idle pod with ${rooms.length} rooms tells all of its families`, async (t) => {
    const { body } = await metricsOf(() => seen(rooms.map((name) => view(name)))).scrape('text');
    t.assert.fileSnapshot(masked(body), join(import.meta.dirname, `../../golden/metrics-${rooms.length}-rooms.txt`), {
      serializers: [String],
    });
  });
