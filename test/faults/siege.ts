/** A server under attack for minutes, until all that was left open against it is gone again. */
import { setTimeout as pause } from 'node:timers/promises';
import { type Assaulted, assault } from '#test/attack/assault.ts';
import { type Counts, counted } from '#test/attack/counted.ts';
import { slowClients } from '#test/attack/http-attacks.ts';
import { roomsOfSiege, siege, stage } from '#test/attack/siege.ts';
import { type Load, measure, passageText } from '#test/bench/forwarding-load.ts';
import { seeded } from '#test/harness/seeded.ts';
import { serverProcess } from '#test/server/server-process.ts';

export interface Besieged {
  readonly done: Assaulted;
  /** Of what was sent to the room's viewers, the part that did not come. */
  readonly lostPart: number;
  readonly before: Counts;
  /** At the worst moment. */
  readonly mostRssMB: number;
  readonly after: Counts;
  /** Until the server had closed all connections that never said what they wanted, as far as it was looked at. */
  readonly slowClosedInMs: number;
  readonly bystander: { readonly sent: number; readonly received: number };
}

export const load: Load = { subscribers: 10, packetsPerSecond: 200, payloadBytes: 1200, seconds: 4 };
/** Of each attack. */
const perSecond = 400;
const slow = 2000;
/** Sessions that were made and never came end after ten. */
const settleMs = 15_000;

export async function besieged(
  { seed, forMs }: { readonly seed: number; readonly forMs: number },
  say: (text: string) => void,
): Promise<Besieged> {
  await using held = new AsyncDisposableStack();
  const server = await serverProcess(roomsOfSiege);
  held.defer(() => server.end());
  const { witness, udp, http, bystander, stop } = await siege(server, seeded(seed), load.subscribers);
  held.defer(stop);
  const counts = counted(server);
  const before = await counts();
  const attack = assault({ udp, http, perSecond });
  const patience = slowClients(server.url(''), stage, slow);
  held.defer(async () => patience.stop());
  const slowSinceMs = performance.now();
  let slowClosedInMs: number | undefined;
  let mostRssMB = 0;
  let [sent, lost] = [0, 0];
  for (const endsMs = performance.now() + forMs; performance.now() < endsMs; ) {
    const measured = await measure(witness, load);
    sent += load.packetsPerSecond * load.seconds * load.subscribers;
    lost += (1 - measured.deliveredPart) * load.packetsPerSecond * load.seconds * load.subscribers;
    if (patience.open() === 0) slowClosedInMs ??= performance.now() - slowSinceMs;
    mostRssMB = Math.max(mostRssMB, (await counts()).rssMB);
    say(`${passageText(measured)}, ${patience.open()} slow connections, ${mostRssMB.toFixed(0)} MB`);
  }
  await attack.end();
  await pause(settleMs);
  return {
    ...{ done: attack.seen(), lostPart: lost / sent, before, mostRssMB, after: await counts() },
    slowClosedInMs: slowClosedInMs ?? Number.POSITIVE_INFINITY,
    bystander: { sent: bystander.sent(), received: bystander.received() },
  };
}
