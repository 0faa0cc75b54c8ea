/**
 * DTLS handshakes in which what is said to us is changed on its way, of both of our roles: with werift's client and server,
 * and with ourselves.
 */
import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import type { SrtpKeys } from '#server/media/plane.ts';
import { type DtlsIdentity, dtlsIdentity } from '#server/rtc/dtls/dtls.ts';
import type { Dtls } from '#server/rtc/dtls/dtls-association.ts';
import { fingerprints } from '#server/rtc/dtls/fingerprint.ts';
import { type Certificate, certificate, dtlsClient } from '#test/server/dtls-client.ts';
import { dtlsServer } from '#test/server/dtls-server.ts';
import { hexCorpus } from './corpus.ts';
import { mutatedBytes } from './mutation.ts';

const longestDatagram = 2048;
/** Enough for a handshake that nothing disturbs. */
const turns = 60;

export interface Handshakes {
  /** That came to keys all the same, and those that we gave up. The others would have been tried again. */
  readonly keyed: number;
  readonly ended: number;
}

/** The other side of a handshake. */
interface Peer {
  receive(datagram: Uint8Array): void;
  begin(): void;
  /** What it has as the key of what it sends, once it has keys. */
  localKey(): Uint8Array | undefined;
  stop(): void;
}

interface Setting {
  readonly identity: DtlsIdentity;
  readonly own: Certificate;
  readonly send: (datagram: Uint8Array) => void;
}

const weriftAs =
  (side: typeof dtlsClient | typeof dtlsServer) =>
  ({ own, send }: Setting): Peer => {
    const { dtls, receive, connect, stop } = side(own, send);
    const localKey = () => (dtls.connected ? dtls.extractSessionKeys(16, 12).localKey : undefined);
    return { receive, begin: connect, localKey, stop };
  };

const ourselvesAs =
  (role: 'accept' | 'connect') =>
  ({ identity, send }: Setting): Peer => {
    let keys: SrtpKeys | undefined;
    const onKeys = (agreed: SrtpKeys) => {
      keys = agreed;
    };
    const dtls: Dtls = identity[role](fingerprintsOf(identity), { send, onKeys, onEnd: () => {} });
    return { ...dtls, localKey: () => keys?.localKey, stop: dtls.close };
  };

/** Who meets us, and our role. */
const meetings = [
  [weriftAs(dtlsClient), 'accept'],
  [ourselvesAs('connect'), 'accept'],
  [weriftAs(dtlsServer), 'connect'],
  [ourselvesAs('accept'), 'connect'],
] as const;

const fingerprintsOf = ({ fingerprint }: Pick<Certificate, 'fingerprint'>) =>
  fingerprints([{ name: 'fingerprint', value: fingerprint }]);

/** Rejects, or leaves a rejection that nobody handles, when one does harm. */
export async function fuzzHandshakes(random: () => number, rounds: number): Promise<Handshakes> {
  const [identity, own] = [dtlsIdentity(), await certificate()];
  const ofChromium = hexCorpus('dtls');
  let [keyed, ended] = [0, 0];
  for (let round = 0; round < rounds; round++) {
    const [peerOf, role] = meetings[round % meetings.length] ?? assert.fail();
    let keys: SrtpKeys | undefined;
    const towardsUs = (datagram: Uint8Array): void => {
      const bytes = Buffer.from(datagram);
      if (random() < 0.7) us.receive(bytes);
      else us.receive(mutatedBytes(random, [bytes, bytes, bytes, ...ofChromium], longestDatagram));
    };
    const peer = peerOf({ identity, own, send: (datagram) => setImmediate(towardsUs, datagram) });
    const us = identity[role]([...own.wanted, ...fingerprintsOf(identity)], {
      send: (datagram) => setImmediate(() => peer.receive(datagram)),
      onKeys: (agreed) => {
        keys = agreed;
        keyed += 1;
      },
      onEnd: () => {
        ended += 1;
      },
    });
    peer.begin();
    us.begin();
    for (let i = 0; i < turns; i++) await turn();
    const theirs = peer.localKey();
    if (keys !== undefined && theirs !== undefined) assert.deepEqual(Buffer.from(keys.remoteKey), Buffer.from(theirs));
    peer.stop();
    us.close();
    assert.equal(identity.pending(), 0);
  }
  return { keyed, ended };
}
