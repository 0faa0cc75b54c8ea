import { httpMetric } from '#crds/http-metrics.ts';
import { mediaMetric } from '#crds/media-metrics.ts';
import type { Family, LabelValues } from '#crds/metric-family.ts';
import { podMetric } from '#crds/pod-metrics.ts';
import { roomMetric } from '#crds/room-metrics.ts';
import { sessionMetric } from '#crds/session-metrics.ts';

/** The reference of the metrics for readers, straight from the catalogue. */

interface Subject {
  readonly title: string;
  readonly families: Readonly<Record<string, Family>>;
}

const ofServer: readonly Subject[] = [
  { title: 'Rooms', families: roomMetric },
  { title: 'Sessions', families: sessionMetric },
  { title: 'Requests', families: httpMetric },
  { title: 'Media', families: mediaMetric },
  { title: 'The pod', families: podMetric },
];

/** What stands for the values of a label that are not known beforehand. */
const open: Readonly<Record<Exclude<LabelValues, readonly string[]>, string>> = {
  Rooms: 'each room of the pod',
  StatusCodes: 'HTTP status codes',
  Release: 'the release',
};

const valuesOf = (values: LabelValues) =>
  typeof values === 'string' ? open[values] : values.map((value) => `\`${value}\``).join(', ');

const labelsOf = ({ labels, buckets }: Family) =>
  [
    ...Object.entries(labels).map(([label, values]) => `\`${label}\`: ${valuesOf(values)}`),
    ...(buckets ? [`buckets: ${buckets.join(', ')}`] : []),
  ].join('<br>');

const row = (family: Family) => `| \`${family.name}\` | ${family.type} | ${family.help} | ${labelsOf(family)} |`;

const table = ({ title, families }: Subject) => `
### ${title}
| family | type | meaning | labels and buckets |
|---|---|---|---|
${Object.values(families).map(row).join('\n')}
`;

export const metricsPage = () => `<!-- Generated from crds/ by \`npm run gen\`. Do not edit. -->
# Metrics

A server pod and the operator answer \`GET /metrics\` on their internal port (9090, named \`metrics\`).

- Base units: seconds, bytes, ratios from 0 to 1.
- Every family is there from the start, with its series at zero where their labels are known beforehand.
- A room's series come with the room, and go with it after one more scrape. No label ever holds a session or an address.
- \`room\` is the room's name; the namespace is a label of the scrape's target, as are \`pod\` and \`component\` (origin).
- Counts are of the pod. A client is counted on the pod that holds its session, so sums over pods are right:
  \`sum(live_rooms)\`, \`sum by (namespace, room) (live_subscribers)\`.

## Of a server pod
${ofServer.map(table).join('').trimStart()}`;
