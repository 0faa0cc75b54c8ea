/**
 * What it costs that media is looked after: the media core with all that it counts and keeps, whose packets are looked into
 * and tell when they left, and whose viewers report, tell when each packet came, and have one of a hundred sent again as
 * RTX; beside the core that only forwards. By turns, two processes of each.
 */
import { estimate, ratios } from './estimate.ts';
import { type Figure, table } from './figure.ts';
import { type PlaneContender, plain, repairing } from './forwarding-plane.ts';
import { median } from './quantile.ts';
import { reporting } from './reporting.ts';
import { twice } from './twice.ts';

const clients = { subscribers: 50, payloadBytes: 1200 };
const turns = { burst: 10, everyMs: 4, rounds: 20, slices: 80 } as const;
/** Packets of the publisher from one report of a viewer's to the next: several a second, at most loads. */
const reportEvery = 100;
/** From one transport-wide feedback to the next: ten a second and more. */
const feedbackEvery = 40;
/** In each report. */
const askedAgain = 1;

/** Takes about a minute and a half. */
export async function featuresBench(say: (text: string) => void): Promise<readonly Figure[]> {
  say(`features: ${turns.slices} slices`);
  const starts = [lookedAfter, () => plain(clients), () => plain(clients)];
  const [all = [], none = [], control = []] = await twice(starts, turns);
  const figure = (costs: readonly number[]) => ({
    value: median(costs),
    unit: 'µs' as const,
    baseline: { name: 'forwarding alone', value: median(none) },
    times: estimate(ratios(costs, none)),
  });
  const name = `CPU per forwarded packet, 1 to ${clients.subscribers}`;
  return [
    { name: `${name}, with NACK, RTX, TWCC, reports and counters`, ...figure(all), target: { timesMore: 1.15 } },
    { name: `${name}, with none, as a control`, ...figure(control) },
  ];
}

async function lookedAfter(): Promise<PlaneContender> {
  const contender = await repairing(clients);
  const reports = contender.viewers.map((viewer) => reporting(viewer, askedAgain));
  return {
    ...contender,
    publish(packet) {
      contender.publish(packet);
      if (packet % feedbackEvery === feedbackEvery - 1) for (const { feedback } of reports) feedback();
      if (packet % reportEvery === reportEvery - 1) for (const { report } of reports) report();
    },
  };
}

if (import.meta.main) console.log(table(await featuresBench((text) => console.error(text))));
