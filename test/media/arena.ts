import assert from 'node:assert/strict';
import { mediaCore } from '#server/media/media-core.ts';
import { type DownTrack, type DropReason, type SrtpProfile, srtpProfile, type UpTrack } from '#server/media/plane.ts';
import { tally } from '#server/media/tally.ts';
import { tickMs } from '#server/media/timers.ts';
import { type Peer, peer, videoDown, videoUp } from './peer.ts';
import { randomBytes, seeded } from './seeded.ts';

/** The media core between peers, without sockets; the clock stands still unless it is moved, or sending takes time. */
export function arena(seed = 1, { sendTakesMs = 0 } = {}) {
  const random = seeded(seed);
  const peers = new Map<number, Peer>();
  const events: string[] = [];
  let now = 0;
  const core = mediaCore({
    now: () => now,
    random,
    randomBytes: (size) => randomBytes(random, size),
    tally: tally(),
    send(pieces, to) {
      now += sendTakesMs;
      peers.get(to.port)?.receive(Buffer.concat(pieces));
      return true;
    },
    events: {
      onDtls: (id, datagram) => events.push(`dtls ${id} ${Buffer.from(datagram).toString('hex')}`),
      onConnected: (id) => events.push(`connected ${id}`),
      onMedia: (id) => events.push(`media ${id}`),
      onFirstFrame: (id) => events.push(`first frame ${id}`),
      onClosed: (id, reason) => events.push(`closed ${id} ${reason}`),
    },
  });

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
    /** Another address of the same client. */
    alsoAt(who: Peer, port: number) {
      peers.set(port, who);
      return { ...who.endpoint, port };
    },
    from: (who: Peer, ...datagrams: Buffer[]) => {
      for (const datagram of datagrams) core.receive(datagram, who.endpoint);
    },
    /** Lets time pass, the timers running as they would. */
    pass(ms: number) {
      const end = now + ms;
      for (; now < end; now = Math.min(end, now + tickMs)) core.tick();
      core.tick();
    },
    counters: () => {
      const { room } = core.snapshot().rooms;
      assert.ok(room !== undefined);
      return room;
    },
    totals: () => core.snapshot().totals,
    resent: () => core.snapshot().totals.rtp.out.retransmission.packets,
    dropped: (reason: DropReason) => core.snapshot().dropped[reason],
  };
}
