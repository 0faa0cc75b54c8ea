/** The other server pods of the namespace, as far as this one has to do with them. */
import type { Config } from './config/config.ts';
import { type Arrivals, arrivals } from './http/passed-on.ts';
import { type Peers, peers } from './peers/peers.ts';
import type { Clock } from './room/rooms.ts';
import type { Endpoint } from './rtc/sdp/answer.ts';
import type { Settings } from './settings/settings.ts';

export interface Neighbours {
  readonly peers: Peers;
  readonly arrivals: Arrivals;
}

export interface NeighboursOptions {
  readonly config: Pick<Config, 'peer'>;
  readonly settings: () => Settings;
  /** Where the internal server is bound. */
  readonly at: () => Endpoint;
  readonly clock: Clock;
}

export const neighbours = ({ config, settings, at, clock }: NeighboursOptions): Neighbours => ({
  peers: peers({
    podUid: config.peer?.podUid,
    at,
    secrets: () => settings().sharedSecrets,
    others: () => settings().otherPods,
    clock,
  }),
  arrivals: arrivals(),
});
