/** The other server pods of the namespace, as far as this one has to do with them. */
import type { Config } from './config/config.ts';
import { type Arrivals, arrivals } from './http/passed-on.ts';
import type { Endpoint } from './media/udp/address.ts';
import { type Peers, peers } from './peers/peers.ts';
import type { Clock } from './room/rooms.ts';
import type { ServerState } from './state.ts';

export interface Neighbours {
  readonly peers: Peers;
  readonly arrivals: Arrivals;
}

export interface NeighboursOptions {
  readonly config: Pick<Config, 'peer'>;
  /** As it is at the moment. */
  readonly state: Pick<ServerState, 'isDraining'> & {
    readonly settings: Pick<ServerState['settings'], 'sharedSecrets' | 'otherPods'>;
  };
  /** Where the internal server is bound. */
  readonly at: () => Endpoint;
  readonly clock: Clock;
}

export const neighbours = ({ config, state, at, clock }: NeighboursOptions): Neighbours => ({
  peers: peers({
    podUid: config.peer?.podUid,
    at,
    secrets: () => state.settings.sharedSecrets,
    // Files of a pod that has been deleted do not change any more: the pod that took its place is not among those of before.
    others: () => (state.isDraining ? undefined : state.settings.otherPods),
    clock,
  }),
  arrivals: arrivals(),
});
