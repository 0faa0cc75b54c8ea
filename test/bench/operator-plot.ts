/** Plots as SVG that can be read on a light page and on a dark one: no background, and greys and one blue of the middle. */

export interface Panel {
  readonly title: string;
  readonly unit: string;
  /** Ascending. */
  readonly points: readonly { readonly x: number; readonly y: number }[];
  /** Drawn as broken lines: what is to be kept at a number of rooms, or at any. */
  readonly target?: number;
}

const size = { width: 300, height: 190, left: 46, right: 14, top: 34, bottom: 26 } as const;
const inRow = 2;
const grey = '#808080';
const blue = '#3b82f6';

/** Several panels over one another's number of rooms. */
export function plots(panels: readonly Panel[]): string {
  const rows = Math.ceil(panels.length / inRow);
  const drawn = panels.map((panel, i) => {
    const at = `${(i % inRow) * size.width} ${Math.floor(i / inRow) * size.height}`;
    return `<g transform="translate(${at})">\n${drawing(panel)}\n</g>`;
  });
  const box = `0 0 ${inRow * size.width} ${rows * size.height}`;
  const font = `font-family="sans-serif" font-size="11" fill="${grey}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${box}" ${font}>\n${drawn.join('\n')}\n</svg>\n`;
}

function drawing({ title, unit, points, target }: Panel): string {
  const most = roundedUp(Math.max(...points.map(({ y }) => y), target ?? 0));
  const last = Math.max(...points.map(({ x }) => x));
  const [width, height] = [size.width - size.left - size.right, size.height - size.top - size.bottom];
  const x = (value: number) => Math.round((size.left + (value / last) * width) * 10) / 10;
  const y = (value: number) => Math.round((size.top + height - (value / most) * height) * 10) / 10;
  const line = (value: number, style: string) =>
    `<line x1="${size.left}" x2="${size.left + width}" y1="${y(value)}" y2="${y(value)}" stroke="${grey}" ${style}/>`;
  const ticks = [0, most / 2, most].map(
    (value) =>
      `${line(value, 'stroke-opacity="0.35"')}<text x="${size.left - 6}" y="${y(value) + 4}" text-anchor="end">${short(value)}</text>`,
  );
  const rooms = points
    .filter(({ x: at }, i) => i === points.length - 1 || at >= last / 6)
    .map(({ x: at }) => `<text x="${x(at)}" y="${size.height - 8}" text-anchor="middle">${short(at)}</text>`);
  const path = points.map((point) => `${x(point.x)},${y(point.y)}`).join(' ');
  return [
    `<text x="${size.left}" y="16" font-size="12" font-weight="bold">${title}, ${unit}</text>`,
    ...ticks,
    ...(target === undefined ? [] : [line(target, 'stroke-dasharray="5 4"')]),
    ...rooms,
    `<polyline points="${path}" fill="none" stroke="${blue}" stroke-width="2"/>`,
    ...points.map((point) => `<circle cx="${x(point.x)}" cy="${y(point.y)}" r="3" fill="${blue}"/>`),
  ].join('\n');
}

/** The next of 1, 2 and 5 times a power of ten. */
function roundedUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1e-6)));
  return power * ([1, 2, 5].find((step) => step * power >= value) ?? 10);
}

const short = (value: number): string => (value >= 1000 ? `${value / 1000}k` : `${Math.round(value * 100) / 100}`);
