/**
 * What it costs that media is looked after: the media core with all that it counts and keeps, whose packets are looked into
 * and tell when they left, and whose viewers report, tell when each packet came, and have one of a hundred sent again as
 * RTX; beside the core that only forwards. By turns, two processes of each, one after the other.
 */
import { awake } from './awake.ts';
import { estimate, ratios } from './estimate.ts';
import { type Figure, table } from './figure.ts';
import { type PlaneContender, plain, repairing } from './forwarding-plane.ts';
import { median } from './quantile.ts';
import { reporting } from './reporting.ts';
import { twice } from './twice.ts';

const clients = { subscribers: 50, payloadBytes: 1200 };
/**
 * Of two contenders each has its turn every millisecond, the load that forwarding is measured by, for all of the time: 1000
 * packets a second, of which the clients keep up with some 850.
 */
const onePacket = { burst: 1, everyMs: 1 / 2, rounds: 500, slices: 100, isOrderKept: true } as const;
/** Of three each has its turn every 10 ms. Ten at once, as a picture is some, are forwarded before another's begin. */
const tenPackets = { burst: 10, everyMs: 10 / 3, rounds: 50, slices: 45 } as const;
/**
 * As Chromium 156 would report on 1000 packets a second of which it loses one in a hundred. Counted at a server, of a viewer
 * that was sent 90 a second: transport-wide feedback 16 times a second, alone in its datagram; a request for each packet
 * lost, with a report; and a report each second. In packets of the publisher, from one to the next of one viewer.
 */
const feedbackEvery = 62;
const reportEvery = 100;
/** In each report. */
const askedAgain = 1;
/**
 * At first so many times as often: V8 compiles what is called often, and by the reports of half a minute it would still be at
 * it when the measuring has begun, while a room lasts for hours.
 */
const eager = 5;
const eagerPackets = 25_000;

/** Takes about eight minutes. As where forwarding is measured, processors are kept awake. */
export const featuresBench = (say: (text: string) => void): Promise<readonly Figure[]> => awake(() => figures(say));

async function figures(say: (text: string) => void): Promise<readonly Figure[]> {
  const forwards = () => plain(clients);
  say('features: packets come evenly');
  const [all = [], none = []] = await twice([lookedAfter, forwards], onePacket, say);
  const [control = [], other = []] = await twice([forwards, forwards], onePacket, say);
  say('features: ten packets at once');
  const [allOfTen = [], noneOfTen = [], controlOfTen = []] = await twice(
    [lookedAfter, forwards, forwards],
    tenPackets,
    say,
  );
  const name = `CPU per forwarded packet, 1 to ${clients.subscribers}`;
  const features = 'with NACK, RTX, TWCC, reports and counters';
  return [
    { name: `${name}, ${features}`, ...beside(all, none), target: { timesMore: 1.15 } },
    { name: `${name}, with none, as a control`, ...beside(control, other) },
    { name: `${name}, ten at once, ${features}`, ...beside(allOfTen, noneOfTen) },
    { name: `${name}, ten at once, with none, as a control`, ...beside(controlOfTen, noneOfTen) },
  ];
}

const beside = (costs: readonly number[], none: readonly number[]) => ({
  value: median(costs),
  unit: 'µs' as const,
  baseline: { name: 'forwarding alone', value: median(none) },
  times: estimate(ratios(costs, none)),
});

/** With all that viewers say. */
export async function lookedAfter(): Promise<PlaneContender> {
  const contender = await repairing(clients);
  const reports = contender.viewers.map((viewer) => reporting(viewer, askedAgain));
  return {
    ...contender,
    publish(packet) {
      const handedOverMs = contender.publish(packet);
      // Each in its own time: viewers know nothing of each other.
      const times = packet < eagerPackets ? eager : 1;
      for (const [viewer, { feedback, report }] of reports.entries()) {
        if ((packet + viewer) % Math.round(feedbackEvery / times) === 0) feedback();
        if ((packet + 2 * viewer) % (reportEvery / times) === 0) report();
      }
      return handedOverMs;
    },
  };
}

if (import.meta.main) console.log(table(await featuresBench((text) => console.error(text))));
