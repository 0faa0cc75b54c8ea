/** Plots as SVG that can be read on a light page and on a dark one: no background, and colours of the middle. */

export interface Panel {
  readonly title: string;
  readonly unit: string;
  readonly lines: readonly Line[];
}

export interface Line {
  /** Needed where there are several. */
  readonly name?: string;
  /** Ascending. */
  readonly points: readonly Point[];
}

export interface Point {
  readonly x: number;
  readonly y: number;
  /** Drawn as a broken line. */
  readonly atMost?: number | undefined;
}

const size = { width: 300, height: 200, left: 46, right: 20, top: 46, bottom: 26 } as const;
const inRow = 2;
const grey = '#808080';
const colours = ['#3b82f6', '#e07b1a', '#2a9d6f'] as const;

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

const [width, height] = [size.width - size.left - size.right, size.height - size.top - size.bottom];

/** From numbers to places within a panel. */
interface Scale {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

function drawing({ title, unit, lines }: Panel): string {
  const points = lines.flatMap((line) => line.points);
  const most = roundedUp(Math.max(...points.flatMap(({ y, atMost = 0 }) => [y, atMost])));
  const last = Math.max(...points.map(({ x }) => x));
  const scale: Scale = {
    x: (value) => rounded(size.left + (value / last) * width),
    y: (value) => rounded(size.top + height - (value / most) * height),
  };
  const marked = [...new Set(points.map(({ x }) => x))].filter((x) => x === last || x >= last / 6);
  return [
    `<text x="${size.left}" y="16" font-size="12" font-weight="bold">${title}${unit && `, ${unit}`}</text>`,
    ...legend(lines),
    ...[0, most / 2, most].flatMap((value) => [
      horizontal(scale.y(value), [size.left, size.left + width], 'stroke-opacity="0.35"'),
      `<text x="${size.left - 6}" y="${scale.y(value) + 4}" text-anchor="end">${short(value)}</text>`,
    ]),
    ...targets(points, scale),
    ...marked.map((x) => `<text x="${scale.x(x)}" y="${size.height - 8}" text-anchor="middle">${short(x)}</text>`),
    ...lines.flatMap((line, i) => curve(line.points, colours[i % colours.length] ?? grey, scale)),
  ].join('\n');
}

/** As wide as a letter is on average. */
const letter = 5.6;

function legend(lines: readonly Line[]): string[] {
  let x: number = size.left;
  return lines.flatMap(({ name }, i) => {
    if (name === undefined) return [];
    const text = `<text x="${rounded(x)}" y="32" fill="${colours[i % colours.length]}">${name}</text>`;
    x += (name.length + 3) * letter;
    return [text];
  });
}

const horizontal = (y: number, [from, to]: readonly [number, number], style: string) =>
  `<line x1="${from}" x2="${to}" y1="${y}" y2="${y}" stroke="${grey}" ${style}/>`;

/** What may be reached at most: one line over all neighbours that share it. */
function targets(points: readonly Point[], { x, y }: Scale): string[] {
  const all = [...new Set(points.map((point) => point.x))].toSorted((one, other) => one - other);
  const values = [...new Set(points.map(({ atMost }) => atMost))].filter((value) => value !== undefined);
  return values.flatMap((value) => {
    const has = new Set(points.filter(({ atMost }) => atMost === value).map((point) => point.x));
    const first = all.filter((at, i) => has.has(at) && !has.has(all[i - 1] ?? Number.NaN));
    const last = all.filter((at, i) => has.has(at) && !has.has(all[i + 1] ?? Number.NaN));
    return first.map((from, i) => {
      const to = last[i] ?? from;
      const widened = from === to ? mark : 0;
      const ends = [Math.max(size.left, x(from) - widened), x(to) + widened] as const;
      return horizontal(y(value), ends, 'stroke-width="1.5" stroke-dasharray="5 4"');
    });
  });
}

/** Half as wide as a target that only one number of rooms has. */
const mark = 12;

const curve = (points: readonly Point[], colour: string, { x, y }: Scale): string[] => [
  `<polyline points="${points.map((point) => `${x(point.x)},${y(point.y)}`).join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>`,
  ...points.map((point) => `<circle cx="${x(point.x)}" cy="${y(point.y)}" r="3" fill="${colour}"/>`),
];

const rounded = (value: number) => Math.round(value * 10) / 10;

/** The next number that is, and whose half is, easily read. */
function roundedUp(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 1.5, 2, 2.5, 3, 4, 5, 6, 8].find((step) => step * power >= value) ?? 10);
}

const short = (value: number): string => (value >= 1000 ? `${value / 1000}k` : `${Math.round(value * 100) / 100}`);
