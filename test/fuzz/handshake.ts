/** DTLS handshakes with a client whose datagrams are changed on their way: who reads them is ours and werift's, by turns. */
import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import type { SrtpKeys } from '#server/media/plane.ts';
import { dtlsIdentity } from '#server/rtc/dtls/dtls.ts';
import { certificate, dtlsClient } from '#test/server/dtls-client.ts';
import { hexCorpus } from './corpus.ts';
import { mutatedBytes } from './mutation.ts';

const longestDatagram = 2048;
/** Enough for a handshake that nothing disturbs. */
const turns = 60;

export interface Handshakes {
  /** That came to keys all the same, and those that the server gave up. The others would have been tried again. */
  readonly keyed: number;
  readonly ended: number;
}

/** Rejects, or leaves a rejection that nobody handles, when one does harm. */
export async function fuzzHandshakes(random: () => number, rounds: number): Promise<Handshakes> {
  const [identity, own] = [await dtlsIdentity(), await certificate()];
  const ofChromium = hexCorpus('dtls');
  let [keyed, ended] = [0, 0];
  for (let round = 0; round < rounds; round++) {
    let keys: SrtpKeys | undefined;
    const towardsServer = (datagram: Uint8Array): void => {
      const bytes = Buffer.from(datagram);
      if (random() < 0.7) server.receive(bytes);
      else server.receive(mutatedBytes(random, [bytes, bytes, bytes, ...ofChromium], longestDatagram));
    };
    const client = dtlsClient(own, (datagram) => setImmediate(towardsServer, datagram));
    const server = identity.accept(own.wanted, {
      send: (datagram) => setImmediate(() => client.receive(datagram)),
      onKeys: (agreed) => {
        keys = agreed;
        keyed += 1;
      },
      onEnd: () => {
        ended += 1;
      },
    });
    client.connect();
    for (let i = 0; i < turns; i++) await turn();
    if (keys !== undefined && client.dtls.connected)
      assert.deepEqual(Buffer.from(keys.remoteKey), client.dtls.extractSessionKeys(16, 12).localKey);
    client.stop();
    server.close();
  }
  return { keyed, ended };
}
