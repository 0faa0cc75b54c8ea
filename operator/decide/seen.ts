import type { LiveRoom } from '#crds/liveroom.ts';
import type { ClientsMet, RoomStats } from '#crds/pod-stats.ts';
import type { Node, Pod, Service } from '../kube.ts';
import type { EndpointSeen } from './endpoint-ready.ts';
import type { Finding } from './finding.ts';
import type { MediaAddress } from './media-address.ts';
import type { MonitoringSeen } from './monitoring.ts';
import type { OriginPlan } from './origin.ts';
import type { Unseen } from './unseen.ts';

/** All that a room's status is made of. */
export interface Seen {
  readonly room: LiveRoom;
  /** Why the spec cannot be used. */
  readonly rejection: Finding<'Accepted'> | undefined;
  /** The pod that is the origin, whether or not it works. */
  readonly origin: Pod | undefined;
  /** Why there is no such pod. */
  readonly refusal: Finding<'OriginReady'> | undefined;
  readonly rollout: OriginPlan['rollout'];
  /** The pod that is to take the origin's place. */
  readonly successor?: Pod | undefined;
  /** Why it cannot be made. */
  readonly obstacle?: Finding | undefined;
  readonly mediaAddress: MediaAddress | undefined;
  /** By which clients come to the origin, in the modes where each pod has one. */
  readonly mediaService?: Service | undefined;
  /** Where the origin runs. */
  readonly node: Node | undefined;
  /** What leads a host name to it. */
  readonly endpoint: EndpointSeen;
  readonly audience: Audience;
  /** The room's pods that are being deleted and run on for whom they have. */
  readonly draining: readonly DrainingPod[];
  readonly monitoring: MonitoringSeen;
  /** What may not be looked at. */
  readonly unseen: Unseen;
  /** What is wrong around the room, though it works without: sentences. */
  readonly besides: readonly string[];
  readonly nowMs: number;
}

export interface DrainingPod {
  readonly pod: Pod;
  readonly audience: Audience;
  /** When it closes whoever is left. */
  readonly endsMs: number;
}

/** What a pod says of the room. `Unasked`: nothing is known yet. `Silent`: it was asked and does not answer. */
export type Audience =
  | 'Unasked'
  | 'Silent'
  | {
      readonly room: RoomStats | undefined;
      readonly clients?: ClientsMet;
      /** When a pod that drains ends whoever is left, as it was told when that began. */
      readonly drainEndsMs?: number;
    };
