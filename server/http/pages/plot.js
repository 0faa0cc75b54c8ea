/** A sparkline: a pure part that makes the curve, and an SVG that shows it. */

/** How much time a plot shows, unless it says otherwise. */
const lastMinute = { ms: 60_000, name: 'last minute' };

/** The SVG's own coordinates; CSS stretches them. */
const box = { width: 240, height: 48 };

/**
 * @typedef {object} Point
 * @property {number} atMs
 * @property {number | undefined} value  A gap in the curve where undefined.
 */

/**
 * The points of the last minute, with the new one.
 *
 * @param {readonly Point[]} points  In order of time.
 * @param {Point} point
 * @returns {readonly Point[]}
 */
export const withPoint = (points, point) => [...points.filter(({ atMs }) => atMs > point.atMs - lastMinute.ms), point];

/**
 * The curve as SVG path data: `line` for the stroke, `area` for what lies below it. Zero is the bottom; the top is a
 * quarter above the highest value, but at least `floor`, so that noise around zero stays flat.
 *
 * @param {readonly Point[]} points  In order of time; the last one stands at the right edge.
 * @param {number} floor
 * @param {{ readonly width: number, readonly height: number }} size
 * @param {number} windowMs  Time from the left edge to the right one.
 */
export function curve(points, floor, { width, height }, windowMs = lastMinute.ms) {
  const endMs = points.at(-1)?.atMs ?? 0;
  const top = Math.max(floor, 1.25 * Math.max(0, ...points.map(({ value }) => value ?? 0)));
  const x = (/** @type {number} */ atMs) => round(width * (1 - (endMs - atMs) / windowMs));
  const y = (/** @type {number} */ value) => round(height * (1 - Math.max(0, value) / top));
  const strokes = runs(points).map((run) => ({
    line: `M${run.map(({ atMs, value }) => `${x(atMs)} ${y(value)}`).join('L')}`,
    from: x(run[0]?.atMs ?? endMs),
    to: x(run.at(-1)?.atMs ?? endMs),
  }));
  return {
    line: strokes.map(({ line }) => line).join(''),
    area: strokes.map(({ line, from, to }) => `${line}L${to} ${height}L${from} ${height}Z`).join(''),
  };
}

/**
 * The stretches without a gap.
 *
 * @param {readonly Point[]} points
 */
function runs(points) {
  const /** @type {{ atMs: number, value: number }[][]} */ found = [];
  let isOpen = false;
  for (const { atMs, value } of points) {
    if (value === undefined) isOpen = false;
    else if (isOpen) found.at(-1)?.push({ atMs, value });
    else {
      found.push([{ atMs, value }]);
      isOpen = true;
    }
  }
  return found;
}

const round = (/** @type {number} */ value) => Math.round(value * 10) / 10;

/**
 * What the plot shows, for those who cannot see it.
 *
 * @param {readonly Point[]} points
 * @param {(value: number) => string} text
 * @param {string} span  Its time, in words.
 */
export function summary(points, text, span = lastMinute.name) {
  const values = points.flatMap(({ value }) => (value === undefined ? [] : [value]));
  if (values.length === 0) return `no values in the ${span}`;
  return `${span}: lowest ${text(Math.min(...values))}, highest ${text(Math.max(...values))}`;
}

/**
 * @param {{ label: string, floor: number, text: (value: number) => string, span?: { ms: number, name: string } }} figure
 */
export function plot({ label, floor, text, span = lastMinute }) {
  const svg = element('svg', { class: 'plot', viewBox: `0 0 ${box.width} ${box.height}`, preserveAspectRatio: 'none' });
  const area = element('path', { class: 'area' });
  const line = element('path', { class: 'line' });
  svg.setAttribute('role', 'img');
  svg.append(area, line);
  /** @param {readonly Point[]} points */
  const draw = (points) => {
    const shape = curve(points, floor, box, span.ms);
    area.setAttribute('d', shape.area);
    line.setAttribute('d', shape.line);
    svg.setAttribute('aria-label', `${label}, ${summary(points, text, span.name)}`);
  };
  draw([]);
  return { svg, draw };
}

/**
 * @param {string} name
 * @param {Readonly<Record<string, string>>} attributes
 */
function element(name, attributes) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
