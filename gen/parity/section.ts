import { parse } from 'yaml';

/**
 * What the systems that we learned from have, row by row, and where we stand: a YAML file per section in this folder,
 *
 *
 *       was: what the other system has, in our words
 *       ours: our names for it
 *       there: test/file.test.ts > the name of the test that proves it, or its beginning
 *
 * with `there` (one or a list), `later` (when, and why not yet), or `not` (why). `there` with one of the others is a part.
 */
export interface Row {
  readonly id: string;
  readonly was: string;
  readonly ours?: string;
  readonly there: readonly Proof[];
  readonly later?: string;
  readonly not?: string;
}

/** A test: its file, and what its name begins with. */
export interface Proof {
  readonly file: string;
  readonly name: string;
}

export interface Section {
  readonly title: string;
  /** Where its rows are, in this folder. */
  readonly file: string;
  /** Numbers of its rows; none is left out. */
  readonly first: number;
  readonly last: number;
  /** Those among them that are part of the system's monitoring as its makers designed it: the rows that count most. */
  readonly starred: readonly (readonly [first: number, last: number])[];
}

export const sections: readonly Section[] = [
  { title: 'live-webrtc-go: monitoring', file: 'live-webrtc-go.yaml', first: 1, last: 39, starred: [[1, 39]] },
  { title: 'live-webrtc-go: rooms and streams', file: 'live-webrtc-go-rooms.yaml', first: 40, last: 72, starred: [] },
  {
    title: 'LiveKit: metrics',
    file: 'livekit-metrics.yaml',
    first: 80,
    last: 126,
    starred: [
      [80, 82],
      [84, 84],
    ],
  },
  { title: 'LiveKit: nodes and rooms', file: 'livekit-nodes.yaml', first: 130, last: 159, starred: [[130, 134]] },
  { title: 'Dragon Fork', file: 'dragon-fork.yaml', first: 160, last: 187, starred: [[160, 186]] },
  { title: 'GoliveKit', file: 'golivekit.yaml', first: 190, last: 217, starred: [[190, 209]] },
  { title: 'TinyIce', file: 'tinyice.yaml', first: 220, last: 240, starred: [[220, 231]] },
];

export const rowId = (number: number) => `A-${String(number).padStart(3, '0')}`;

/** The ids that a section has to have, in order. */
export const idsOf = ({ first, last }: Section) =>
  Array.from({ length: last - first + 1 }, (_, index) => rowId(first + index));

export const isStarred = ({ starred }: Section, id: string) => {
  const number = Number(id.slice(2));
  return starred.some(([first, last]) => number >= first && number <= last);
};

/** A row as it stands in the file. */
interface Written {
  readonly was?: string;
  readonly ours?: string;
  readonly there?: string | readonly string[];
  readonly later?: string;
  readonly not?: string;
}

const proof = (text: string): Proof => {
  const [file = '', ...name] = text.split(' > ');
  return { file, name: name.join(' > ') };
};

/** The rows of a section's file, in its order. Throws where the YAML is broken. */
export function rows(yaml: string): readonly Row[] {
  const written = (parse(yaml) ?? {}) as Readonly<Record<string, Written>>;
  return Object.entries(written).map(([id, { was = '', there = [], ...rest }]) => ({
    ...rest,
    id,
    was,
    there: [there].flat().map(proof),
  }));
}
