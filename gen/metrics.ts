import { env, internalPath, port, portName } from '#crds/contract.ts';
import { eventMetric } from '#crds/event-metrics.ts';
import { httpMetric } from '#crds/http-metrics.ts';
import { ingestMetric } from '#crds/ingest-metrics.ts';
import { mediaMetric } from '#crds/media-metrics.ts';
import type { Family, LabelValues } from '#crds/metric-family.ts';
import { serverMetric } from '#crds/metrics.ts';
import { operatorMetric } from '#crds/operator-metrics.ts';
import { podMetric } from '#crds/pod-metrics.ts';
import { roomMetric } from '#crds/room-metrics.ts';
import { seriesBudget } from '#crds/series-budget.ts';
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
  { title: 'Events', families: eventMetric },
  { title: 'Media', families: mediaMetric },
  { title: 'What publishers send', families: ingestMetric },
  { title: 'The pod', families: podMetric },
];

const ofOperator: readonly Subject[] = [{ title: 'Rooms, queue, requests and watches', families: operatorMetric }];

/** What stands for the values of a label that are not known beforehand. */
const open: Readonly<Record<Exclude<LabelValues, readonly string[]>, string>> = {
  Rooms: 'each room',
  Namespaces: 'each namespace with rooms',
  StatusCodes: 'HTTP status codes',
  Release: 'the release',
  ApiServer: 'host and port of the API server',
};

const valuesOf = (values: LabelValues) =>
  typeof values === 'string' ? open[values] : values.map((value) => `\`${value}\``).join(', ');

const labelsOf = ({ labels, buckets }: Family) =>
  [
    ...Object.entries(labels).map(([label, values]) => `\`${label}\`: ${valuesOf(values)}`),
    ...(buckets ? [`buckets: ${buckets.join(', ')}`] : []),
  ].join('<br>');

/** Angle brackets would be taken for HTML. */
const escaped = (help: string) => help.replaceAll('<', '&lt;');

const row = (family: Family) =>
  `| \`${family.name}\` | ${family.type} | ${escaped(family.help)} | ${labelsOf(family)} |`;

const table = ({ title, families }: Subject) => `
### ${title}
| family | type | meaning | labels and buckets |
|---|---|---|---|
${Object.values(families).map(row).join('\n')}
`;

const thousands = (count: number) => String(count).replace(/\B(?=(\d{3})+$)/g, ' ');

function budget(): string {
  const { pod, perRoom } = seriesBudget();
  const line = (rooms: number) => `| ${rooms} | ${thousands(pod + rooms * perRoom)} |`;
  return `## How many series
A pod with *n* rooms has at most **${thousands(pod)} + ${perRoom} *n*** series, besides \`process_*\` and \`nodejs_*\`: each label with
each of its values. What has not happened yet has few series where a room or a status is among the labels, so that idle
rooms have a small part of that. The number of sessions does not count.

| rooms of a pod | series at most |
|---|---|
${[1, 5, 200].map(line).join('\n')}
`;
}

export const metricsPage = () => `<!-- Generated from crds/ by \`npm run gen\`. Do not edit. -->
# Metrics

A server pod and the operator answer \`GET ${internalPath.metrics}\` on their internal port (${port.internal}, named
\`${portName.internal}\`), in Prometheus' text format; a server pod also in OpenMetrics,
where the scraper likes that better. From outside the cluster, by way of the API server:
\`\`\`
kubectl get --raw /api/v1/namespaces/NAMESPACE/pods/POD:9090/proxy/metrics
\`\`\`

- Base units: seconds, bytes, ratios from 0 to 1.
- A family has its series at zero from the start where their labels are known beforehand. Of a room's requests those are
  the statuses that alerts ask for. How long they took, and how long ICE took, is told of a room from its first client on.
- A room's series come with the room, and go with it after one more scrape. No label ever holds a session or an address,
  and a request for a room that does not exist makes no series of that name.
- \`room\` is the room's name; the namespace is a label of the scrape's target, as are \`pod\` and \`component\` (origin).
  What is of a pod has no \`room\`; there the target's \`liveroom_dev_room\` names the room that the pod is for.
- Counts are of the pod. A client is counted on the pod that holds its session, so sums over pods are right:
  \`sum(${serverMetric.rooms.name})\`, \`sum by (namespace, room) (${serverMetric.subscribers.name})\`.

What stands for the metrics of other systems: [parity.md](parity.md). What to do when an alert about them fires:
[runbooks](../runbooks/).

## Settings of a server
The options are for \`npm run sfu\`, the variables for pods: the chart's value \`sfu.env\` sets them for all rooms.

| variable | option of \`npm run sfu\` | meaning |
|---|---|---|
| \`${env.metricsPrefix}\` | \`--metrics-prefix\` | stands before the name of each family. The operator's alerts know the chart's; the queries of runbooks leave it out |
| \`${env.metricsConstLabels}\` | \`--metrics-labels\` | labels on each series, as \`cluster=east,team=video\` |
| \`${env.cpuRequest}\` | \`--cpu-request\` | processors that the pod may use, such as \`1.5\`, where they are neither its limit nor all of the machine: \`${serverMetric.cpuLimit.name}\`, against which load is held |
| \`${env.busyLimit}\` | \`--busy-limit\` | percent of its time that a thread may be busy with media before new viewers are refused (90; 0: all of it): \`${serverMetric.busy.name}\` |
| \`${env.maxConnections}\` | \`--max-connections\` | connections that the HTTP port may have at a time (10000), of which each viewer's event stream takes one: \`${serverMetric.connectionsRefused.name}\` counts what is refused |
| \`${env.metricsDefault}\` | \`--metrics-default\` | \`off\`: without \`process_*\` and \`nodejs_*\`, which Node and the process have besides |

Whoever embeds the server gives \`start\` of \`server/start.ts\` an \`onMetrics\`: it is called with the registry, for families
of their own; the server's counters and histograms can be read and reset there, but not counted. A \`listener\` beside it
hears of rooms and sessions as they begin, come further and end, to count them in such families: \`SessionMeter\` of
\`server/meter.ts\` has all that it may hear.

${budget()}
## Of a server pod
${ofServer.map(table).join('').trimStart()}
## Of the operator
Besides these it has \`process_*\` and \`nodejs_*\`. Where controller-runtime and client-go have a name for something, it is theirs,
so that dashboards for operators show this one too.

${ofOperator.map(table).join('').trimStart()}`;
