import type { EgressEvents, EgressLink } from '#server/media/egress/egress.ts';
import { type EgressCore, type EgressWorld, egressCore } from '#server/media/egress/egress-core.ts';
import { type Share, share } from '#server/media/egress/share.ts';
import type { Shares } from '#server/media/world.ts';

/** Egress without threads: what ingress tells is done at once. */
export interface EgressStage {
  readonly cores: readonly EgressCore[];
  readonly shares: Shares;
}

/** So many, which take all subscribers by turns. `events` is asked for when something happens. */
export function egressStage(
  count: number,
  world: () => Omit<EgressWorld, 'events'>,
  events: () => EgressEvents,
): EgressStage {
  const told: EgressEvents = {
    onMedia: (...args) => events().onMedia(...args),
    onFirstFrame: (...args) => events().onFirstFrame(...args),
    onClosed: (...args) => events().onClosed(...args),
    onHeld: (...args) => events().onHeld(...args),
    onHeard: (...args) => events().onHeard(...args),
    onKeyFrameWanted: (...args) => events().onKeyFrameWanted(...args),
    onUsed: (...args) => events().onUsed(...args),
  };
  const cores = Array.from({ length: count }, () => egressCore({ ...world(), events: told }));
  const all: Share[] = cores.map((core) => share(linkTo(core)));
  let next = 0;
  return { cores, shares: { all, place: () => all[next++ % all.length] } };
}

const linkTo = (core: EgressCore): EgressLink => ({
  tell: (call, ...args) => (core[call] as (...args: unknown[]) => void)(...args),
  packet(source, index, startsKeyFrame, atMs) {
    core.forward({ source, index, startsKeyFrame, atMs });
    core.flush();
    return true;
  },
  mail(viewer, datagram) {
    core.receiveRtcp({ viewer, datagram });
    core.flush();
    return true;
  },
});
