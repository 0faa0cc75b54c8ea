import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { whole } from '#server/media/core-snapshot.ts';
import { paceMs } from '#server/media/down/probe.ts';
import { type ViewersAsked, viewersTogether } from '#server/media/down/viewer-figures.ts';
import { mediaCore } from '#server/media/media-core.ts';
import { type DownTrack, type DropReason, type SrtpProfile, srtpProfile, type UpTrack } from '#server/media/plane.ts';
import { tally } from '#server/media/tally.ts';
import { tickMs } from '#server/media/timers.ts';
import type { Endpoint } from '#server/media/udp/address.ts';
import { randomBytes, seeded } from '#test/harness/seeded.ts';
import { egressStage } from './egress-stage.ts';
import { type Peer, peer, videoDown, videoUp } from './peer.ts';

/** So many egress threads send to subscribers in tests that do not say it. */
export const playedBy = new AsyncLocalStorage<number>();

/**
 * The media core between peers, without sockets; the clock stands still unless it is moved, or sending takes time. With
 * `egress` it sends to publishers only, and so many others to subscribers.
 */
export function arena(seed = 1, { sendTakesMs = 0, egress = playedBy.getStore() ?? 0 } = {}) {
  const random = seeded(seed);
  const peers = new Map<number, Peer>();
  const events: string[] = [];
  let now = 0;
  const world = () => ({
    now: () => now,
    random,
    randomBytes: (size: number) => randomBytes(random, size),
    tally: tally(),
    send(pieces: readonly Buffer[], to: Endpoint) {
      now += sendTakesMs;
      peers.get(to.port)?.receive(Buffer.concat(pieces));
      return true;
    },
  });
  const stage = egressStage(egress, world, () => core.egressEvents);
  const core = mediaCore({
    ...world(),
    shares: stage.shares,
    events: {
      onDtls: (id, datagram) => events.push(`dtls ${id} ${Buffer.from(datagram).toString('hex')}`),
      onConnected: (id) => events.push(`connected ${id}`),
      onMedia: (id) => events.push(`media ${id}`),
      onFirstFrame: (id) => events.push(`first frame ${id}`),
      onHints: (id, hints) => events.push(['hints', id, ...hints.map(({ reason }) => reason)].join(' ')),
      onHeld: (id, isHeld) => events.push(`${isHeld ? 'held' : 'not held'} ${id}`),
      onLayers: (id, layers) =>
        events.push(`layers ${id} ${layers.map(({ rid, height }) => `${rid}:${height}`).join()}`),
      onClosed: (id, reason) => events.push(`closed ${id} ${reason}`),
    },
  });

  const seen = () =>
    whole(
      core.snapshot(),
      stage.cores.map((each) => each.snapshot()),
    );

  /** A peer that is known to the core, but has neither sent a check nor has keys. */
  const stranger = (id: string, profile: SrtpProfile = srtpProfile.AEAD_AES_128_GCM): Peer => {
    const made = peer(id, profile, 5000 + peers.size, random);
    peers.set(made.endpoint.port, made);
    core.addTransport(made.spec);
    return made;
  };
  const connected = (id: string, profile?: SrtpProfile): Peer => {
    const made = stranger(id, profile);
    core.receive(made.check(), made.endpoint);
    core.setKeys(id, made.keys);
    return made;
  };
  return {
    core,
    seen,
    events,
    stranger,
    connected,
    publisher(id: string, tracks: readonly UpTrack[] = [videoUp()], profile?: SrtpProfile): Peer {
      const made = connected(id, profile);
      core.publish(id, 'room', tracks);
      return made;
    },
    subscriber(id: string, tracks: readonly DownTrack[] = [videoDown(1000)], profile?: SrtpProfile): Peer {
      const made = connected(id, profile);
      core.subscribe(id, 'room', tracks);
      return made;
    },
    /** Another address of the same client, which reads there as well; `got` is what came there. */
    alsoAt(who: Peer, port: number) {
      const got: Buffer[] = [];
      const receive = (datagram: Buffer) => {
        got.push(datagram);
        who.receive(datagram);
      };
      peers.set(port, { ...who, receive });
      return { ...who.endpoint, port, got };
    },
    from: (who: Peer, ...datagrams: Buffer[]) => {
      for (const datagram of datagrams) {
        core.receive(datagram, who.endpoint);
        core.settle();
      }
    },
    /** Lets time pass, the timers running as they would. */
    pass(ms: number) {
      const end = now + ms;
      const tick = () => {
        for (const each of [core, ...stage.cores]) each.tick();
      };
      let nextTickMs = now;
      for (; now < end; now = Math.min(end, nextTickMs, now + paceMs)) {
        for (const each of [core, ...stage.cores]) each.pace();
        if (now < nextTickMs) continue;
        tick();
        nextTickMs = now + tickMs;
      }
      tick();
    },
    counters: () => {
      const { room } = seen().rooms;
      assert.ok(room !== undefined);
      return room;
    },
    totals: () => seen().totals,
    resent: () => seen().totals.rtp.out.retransmission.packets,
    dropped: (reason: DropReason) => seen().dropped[reason],
    viewers: (asked: ViewersAsked) =>
      viewersTogether(
        [core, ...stage.cores].map((each) => each.viewers(asked)),
        asked.most,
      ),
  };
}
