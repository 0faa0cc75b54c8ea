import { isKept, table } from './figure.ts';
import { figuresOf, type Phase } from './operator-figures.ts';
import { type Panel, plots } from './operator-plot.ts';

/** A run of the operator's measurements, as it is stored beside the page that is made of it. */
export interface Run {
  readonly node: string;
  readonly cpus: string;
  /** What else the machine did, and what was left out. */
  readonly remarks: readonly string[];
  readonly phases: readonly Phase[];
}

/** The plots of how each number grows with the number of rooms. */
export function growth(phases: readonly Phase[]): string {
  const panel = (phase: Phase['phase'], name: string, labels: Omit<Panel, 'points'>, per = 1): Panel => ({
    ...labels,
    points: phases
      .filter((one) => one.phase === phase && typeof one.measured[name] === 'number')
      .map(({ rooms, measured }) => ({ x: rooms, y: Number(measured[name]) / per })),
  });
  return plots(
    [
      panel('quiet', 'rssMB', { title: 'Memory (RSS)', unit: 'MB' }),
      panel('quiet', 'cpuPercent', { title: 'CPU while nothing happens', unit: '% of a core' }),
      panel('restart', 'idleMs', { title: 'Restart until idle', unit: 's', target: 4 }, 1000),
      panel('edits', 'p99Ms', { title: 'Edit in a resync, 99 %', unit: 'ms', target: 500 }),
      panel('burst', 'cpuMsPerRoom', { title: 'CPU per room in a burst', unit: 'ms', target: 12 }),
      panel('burst', 'requestsPerRoom', { title: 'Requests per room in a burst', unit: 'requests', target: 12 }),
    ].filter(({ points }) => points.length > 0),
  );
}

/** The page for people. */
export function page({ node, cpus, remarks, phases }: Run): string {
  const figures = figuresOf(phases);
  const missed = figures.filter((figure) => isKept(figure) === false);
  return `# What the operator costs

How many requests, how much CPU and memory rooms cost the operator, and how fast it is, from \`npm run bench -- --only operator\`
(\`--full\` goes on to 10,000 rooms). The operator is a process of its own before a real API server, with the control plane's
own controllers, all on the same machine; nodes, and pods that become Ready a second after they have a node and answer for
their room, are a stand-in's. All rooms are in one namespace. This run: Node ${node}, ${cpus}.
${remarks.map((remark) => `\n${remark}\n`).join('')}
![How the numbers grow with the number of rooms](operator.svg)

\`\`\`
${table(figures)}
\`\`\`

"Objects alone" is a client that makes the same objects without an operator: what the machine and the control plane give.
${missed.length === 0 ? 'All targets are kept.' : `Of ${figures.filter((figure) => figure.target).length} targets ${missed.length} are missed.`}
${bottleneck(phases)}`;
}

/** Whose CPU a burst takes, until all its pods exist. */
function bottleneck(phases: readonly Phase[]): string {
  const bursts = phases.flatMap(({ phase, rooms, measured }) =>
    phase === 'burst' && typeof measured['cpuMs'] === 'object' ? [{ rooms, measured, cpu: measured['cpuMs'] }] : [],
  );
  if (bursts.length === 0) return '';
  const names = Object.keys(bursts[0]?.cpu ?? {});
  const lines = bursts.map(({ rooms, measured, cpu }) => {
    const made = Number(measured['rooms']);
    return `| ${rooms} | ${names.map((name) => ((cpu[name] ?? 0) / made).toFixed(1)).join(' | ')} |`;
  });
  return `
## Whose CPU a burst takes
Milliseconds per room of the burst until all of its pods exist. "bench" is the client that applies the rooms, and the stand-in.

| rooms | ${names.join(' | ')} |
|---|${names.map(() => '---').join('|')}|
${lines.join('\n')}
`;
}
