/** The tiles below the picture: one figure each, with its value and its last minute. */

import { plot, withPoint } from './plot.js';

/** @typedef {import('./figures.js').Figures} Figures */

/**
 * @typedef {object} Tile
 * @property {string} label
 * @property {number} floor  The plot's top is never below this value.
 * @property {(figures: Figures) => number | undefined} value
 * @property {(value: number) => string} text  With its unit.
 * @property {(figures: Figures) => string | undefined} [whole]  When the text needs more than the plotted value.
 */

const fixed = (/** @type {number} */ digits, /** @type {string} */ unit) => (/** @type {number} */ value) =>
  `${value.toFixed(digits)} ${unit}`;

/** @param {number} bitsPerSecond */
export const bitrateText = (bitsPerSecond) =>
  bitsPerSecond >= 1e6 ? fixed(1, 'Mbit/s')(bitsPerSecond / 1e6) : fixed(0, 'kbit/s')(bitsPerSecond / 1e3);

/** @type {Readonly<Record<'bitrate' | 'resolution' | 'frameRate' | 'loss' | 'jitter' | 'roundTrip', Tile>>} */
export const tile = {
  bitrate: { label: 'Bitrate', floor: 500_000, value: (it) => it.bitsPerSecond, text: bitrateText },
  resolution: {
    label: 'Resolution',
    floor: 360,
    value: (it) => it.height,
    text: fixed(0, 'lines'),
    whole: ({ width, height }) => (width === undefined || height === undefined ? undefined : `${width} × ${height}`),
  },
  frameRate: { label: 'Frame rate', floor: 10, value: (it) => it.framesPerSecond, text: fixed(0, 'fps') },
  loss: { label: 'Packet loss', floor: 5, value: (it) => it.lossPercent, text: fixed(1, '%') },
  jitter: { label: 'Jitter', floor: 20, value: (it) => it.jitterMs, text: fixed(1, 'ms') },
  roundTrip: { label: 'Round trip', floor: 20, value: (it) => it.roundTripMs, text: fixed(1, 'ms') },
};

const unknown = '–';

/**
 * Fills `list` (a `dl`) with tiles.
 *
 * @param {HTMLElement} list
 * @param {readonly Tile[]} tiles
 * @returns {(figures: Figures, atMs: number) => void} Shows new figures; empty ones leave a gap.
 */
export function panel(list, tiles) {
  const shows = tiles.map((tile) => {
    const { element, show } = tileElement(tile);
    list.append(element);
    return show;
  });
  return (figures, atMs) => {
    for (const show of shows) show(figures, atMs);
  };
}

/** @param {Tile} tile */
function tileElement(tile) {
  const element = document.createElement('div');
  const label = document.createElement('dt');
  const value = document.createElement('dd');
  const picture = document.createElement('dd');
  const { svg, draw } = plot(tile);
  let /** @type {readonly import('./plot.js').Point[]} */ points = [];
  element.className = 'tile';
  label.textContent = tile.label;
  value.textContent = unknown;
  value.className = 'value';
  picture.append(svg);
  element.append(label, value, picture);
  /**
   * @param {Figures} figures
   * @param {number} atMs
   */
  const show = (figures, atMs) => {
    const number = tile.value(figures);
    points = withPoint(points, { atMs, value: number });
    value.textContent = tile.whole?.(figures) ?? (number === undefined ? unknown : tile.text(number));
    draw(points);
  };
  return { element, show };
}
