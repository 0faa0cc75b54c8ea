/** The page of plots: all rooms of the cluster, as Prometheus sees them. */

import { byId } from '../../../server/http/pages/dom.js';
import { bitrateText } from '../../../server/http/pages/panel.js';
import { plot } from '../../../server/http/pages/plot.js';
import { alerts, curveOf, rowsOf } from './prometheus.js';
import { fill } from './table.js';

const span = { ms: 600_000, name: 'last 10 minutes' };
const stepMs = 5_000;

/** @typedef {'count' | 'yes or no' | 'bits per second' | 'per second' | 'percent' | 'milliseconds'} Unit */
/** @typedef {{ readonly label: string, readonly unit: Unit, readonly query: string }} Column */
/** @typedef {Column & { readonly floor: number }} Plot */

/** @type {Readonly<Record<Unit, (value: number) => string>>} */
const texts = {
  count: (value) => value.toFixed(0),
  'yes or no': (value) => (value === 0 ? 'no' : 'yes'),
  'bits per second': bitrateText,
  'per second': (value) => `${value.toFixed(0)} /s`,
  percent: (value) => `${value.toFixed(1)} %`,
  milliseconds: (value) => `${value.toFixed(2)} ms`,
};

const state = byId('state', HTMLElement);

/**
 * @param {'quiet' | 'alerting' | 'unknown'} name
 * @param {string} text
 */
function say(name, text) {
  document.body.dataset['state'] = name;
  if (state.textContent !== text) state.textContent = text;
}

/** @param {Plot} wanted */
function tile({ label, unit, floor, query }) {
  const element = document.createElement('div');
  const name = document.createElement('dt');
  const value = document.createElement('dd');
  const picture = document.createElement('dd');
  const { svg, draw } = plot({ label, floor, text: texts[unit], span });
  element.className = 'tile';
  name.textContent = label;
  value.className = 'value';
  picture.append(svg);
  element.append(name, value, picture);
  byId('plots', HTMLElement).append(element);
  /** @param {number} toMs */
  return async (toMs) => {
    const points = await curveOf(query, { fromMs: toMs - span.ms, toMs, stepMs });
    const last = points.at(-1)?.value;
    value.textContent = last === undefined ? '–' : texts[unit](last);
    draw(points);
  };
}

/** @param {readonly Column[]} columns */
async function showRooms(columns) {
  const found = await Promise.all(columns.map(({ query }) => rowsOf(query)));
  const keys = [...new Set(found.flatMap((rows) => rows.map(({ key }) => key)))].sort();
  const rows = keys.map((key) => ({
    cells: [
      key,
      ...columns.map(({ unit }, index) => {
        const value = found[index]?.find((row) => row.key === key)?.value;
        return value === undefined ? '–' : texts[unit](value);
      }),
    ],
  }));
  fill(
    byId('rooms', HTMLTableElement),
    ['Room', ...columns.map(({ label }) => label)],
    rows,
    'No room is scraped yet.',
  );
}

async function showAlerts() {
  const { alerts: found, rules } = await alerts();
  const rows = found.map(({ state, name, text }) => ({ state, cells: [name, state, text] }));
  fill(byId('alerts', HTMLTableElement), ['Alert', 'State', 'What'], rows, 'Nothing is pending or firing.');
  byId('rules', HTMLElement).textContent = rules === 1 ? '1 rule loaded' : `${rules} rules loaded`;
  const firing = found.filter(({ state }) => state === 'firing').length;
  if (firing === 0) say('quiet', 'No alert');
  else say('alerting', firing === 1 ? '1 alert' : `${firing} alerts`);
}

const response = await fetch('queries.json');
/** @type {{ plots: readonly Plot[], columns: readonly Column[] }} */
const { plots, columns } = await response.json();
const shows = plots.map(tile);

async function refresh() {
  // Whole steps, so that a point does not move from one look to the next.
  const toMs = Math.floor(Date.now() / stepMs) * stepMs;
  try {
    await Promise.all([...shows.map((show) => show(toMs)), showRooms(columns), showAlerts()]);
  } catch (error) {
    say('unknown', error instanceof Error ? error.message : String(error));
  }
  setTimeout(refresh, stepMs);
}

await refresh();
