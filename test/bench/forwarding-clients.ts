import type { DownTrack, MediaPlane, SrtpKeys, TransportSpec, UpTrack } from '#server/media/plane.ts';

/** A client as the child is told of it. */
export interface PlaneClient {
  readonly spec: TransportSpec;
  readonly keys: SrtpKeys;
  readonly publishes?: UpTrack;
  readonly subscribes?: DownTrack;
}

/** What the child is told first; its answer is the port. */
export interface PlaneQuestion {
  readonly clients: readonly PlaneClient[];
  readonly isCounting: boolean;
  /** Whose CPU is told: the process's, or that of the thread where packets pass. */
  readonly cpuOf: 'process' | 'media thread';
}

/** What the child may be told later: where it sends spans, and whether it makes any from now on. */
export interface TraceQuestion {
  readonly collectorURL: string;
  readonly isTracing: boolean;
}

/** Tells a plane of its clients. */
export function addClients(
  plane: Pick<MediaPlane, 'addTransport' | 'setKeys' | 'publish' | 'subscribe'>,
  clients: readonly PlaneClient[],
): void {
  for (const { spec, keys, publishes, subscribes } of clients) {
    plane.addTransport(spec);
    plane.setKeys(spec.id, keys);
    if (publishes) plane.publish(spec.id, planeRoom, [publishes]);
    if (subscribes) plane.subscribe(spec.id, planeRoom, [subscribes]);
  }
}

export const planeRoom = 'bench/room';
