import dgram from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { noLookup } from '#server/media/udp/no-lookup.ts';
import { drain } from './drain.ts';
import type { Usage } from './forwarding-child.ts';
import { evenly } from './pace.ts';
import { quantile } from './quantile.ts';

/** Something that forwards packets from one publisher to many subscribers, with its clients in this process. */
export interface Contender {
  /** Sends the publisher's packet of that number. Tells when it was handed to the kernel, on the clock of `performance.now`. */
  publish(packet: number): number;
  /** Where the subscribers receive, one socket each. */
  readonly downSockets: readonly dgram.Socket[];
  /** Calls back for each packet that reached a subscriber. */
  onDelivered(listener: (packet: number) => void): void;
  usage(): Promise<Usage>;
  stop(): Promise<void>;
}

export interface Load {
  readonly subscribers: number;
  readonly packetsPerSecond: number;
  readonly payloadBytes: number;
  readonly seconds: number;
  /** For how long the load is offered before it is measured; half a second unless said. */
  readonly warmUpSeconds?: number;
  /** How long what was sent may take to arrive; what comes later is lost. */
  readonly settleMs?: number;
}

/** What one run measured. */
export interface Measurement {
  readonly microsecondsPerPacket: number;
  readonly latencyMicroseconds: readonly number[];
  /** Packets to all subscribers together. */
  readonly offeredPerSecond: number;
  /** Of all packets that should have arrived. */
  readonly deliveredPart: number;
}

const defaultWarmUpSeconds = 0.5;
const defaultSettleMs = 200;

/** Offers the load evenly for its time, once the contender has warmed up. */
export async function measure(contender: Contender, load: Load): Promise<Measurement> {
  const { packetsPerSecond, seconds, subscribers } = load;
  const { warmUpSeconds = defaultWarmUpSeconds, settleMs = defaultSettleMs } = load;
  const sentMs = new Map<number, number>();
  const latencyMicroseconds: number[] = [];
  let next = 0;
  const drained = drain(contender.downSockets);
  contender.onDelivered((packet) => {
    const sent = sentMs.get(packet);
    if (sent === undefined) return;
    latencyMicroseconds.push((drained.arrivedMs() - sent) * 1000);
  });
  const offer = async (packets: number): Promise<number> => {
    const reached = await evenly(packetsPerSecond, packets, () => {
      sentMs.set(next, contender.publish(next));
      next += 1;
    });
    const deadlineMs = performance.now() + settleMs;
    while (latencyMicroseconds.length < packets * subscribers && performance.now() < deadlineMs) await pause(5);
    return reached;
  };
  await offer(packetsPerSecond * warmUpSeconds);
  sentMs.clear();
  latencyMicroseconds.length = 0;
  const before = await contender.usage();
  const offered = await offer(packetsPerSecond * seconds);
  const after = await contender.usage();
  drained.stop();
  return {
    microsecondsPerPacket: (after.cpuMicroseconds - before.cpuMicroseconds) / (after.forwarded - before.forwarded),
    latencyMicroseconds,
    offeredPerSecond: offered * subscribers,
    deliveredPart: latencyMicroseconds.length / (packetsPerSecond * seconds * subscribers),
  };
}

export const latencyParts = [0.5, 0.95, 0.99] as const;

/** How the packets got through, for people who follow the bench. */
export function passageText({ latencyMicroseconds, offeredPerSecond, deliveredPart }: Measurement): string {
  const latencies = latencyParts.map((part) => quantile(latencyMicroseconds, part).toFixed(0)).join('/');
  const delivered = `${(100 * deliveredPart).toFixed(1)} % of ${offeredPerSecond.toFixed(0)} a second delivered`;
  return `latency ${latencies} µs, ${delivered}`;
}

/** Of what is offered at a pace that a contender can keep some may be lost where others need the processor. */
const leastDelivered = 0.9;

/** Throws for a run that did not forward, so that no figure is made of it: what is not sent costs nothing. */
export function checkForwarded(measured: Measurement): void {
  const { deliveredPart } = measured;
  if (!(deliveredPart >= leastDelivered)) throw new Error(`this was no forwarding: ${passageText(measured)}`);
}

/** UDP sockets on loopback with room for bursts. */
export const sockets = (count: number): Promise<dgram.Socket[]> =>
  Promise.all(
    Array.from({ length: count }, async () => {
      const socket = dgram.createSocket({ type: 'udp4', recvBufferSize: 4 * 1024 * 1024, lookup: noLookup(4) });
      const listening = once(socket, 'listening');
      socket.bind(0, '127.0.0.1');
      await listening;
      return socket;
    }),
  );
