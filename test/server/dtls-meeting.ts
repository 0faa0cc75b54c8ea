import { after } from 'node:test';
import type { SrtpKeys } from '#server/media/plane.ts';
import type { DtlsIdentity } from '#server/rtc/dtls/dtls.ts';
import type { DtlsEnd } from '#server/rtc/dtls/dtls-alert.ts';
import type { Dtls } from '#server/rtc/dtls/dtls-association.ts';
import { eventually } from '#test/harness/eventually.ts';
import { type Certificate, type Client, dtlsClient } from './dtls-client.ts';

/** A client and a server that reach each other. */
export interface Meeting {
  readonly server: Dtls;
  readonly client: Client;
  keys?: SrtpKeys;
  end?: [DtlsEnd, string];
}

/** What becomes of a datagram on its way: any number of datagrams. */
export type Passage = (datagram: Uint8Array) => readonly Uint8Array[];

export interface MeetingOptions {
  readonly srtpProfiles?: readonly (1 | 7)[];
  readonly towardsServer?: Passage;
  readonly towardsClient?: Passage;
}

const untouched: Passage = (datagram) => [datagram];

/** Nothing has been sent yet. The client shows its own certificate, whatever `offered` says. Ends with the test. */
export function meeting(
  identity: DtlsIdentity,
  own: Pick<Certificate, 'certPem' | 'keyPem'>,
  offered: Pick<Certificate, 'wanted'>,
  { srtpProfiles, towardsServer = untouched, towardsClient = untouched }: MeetingOptions = {},
): Meeting {
  const send = (datagram: Uint8Array) =>
    setImmediate(() => {
      for (const each of towardsServer(datagram)) met.server.receive(each);
    });
  const client = dtlsClient(own, send, srtpProfiles);
  const server = identity.accept(offered.wanted, {
    send: (datagram) =>
      setImmediate(() => {
        for (const each of towardsClient(datagram)) client.receive(each);
      }),
    onKeys: (keys) => {
      met.keys = keys;
    },
    onEnd: (...end) => {
      met.end = end;
    },
  });
  const met: Meeting = { server, client };
  after(() => {
    client.stop();
    server.close();
  });
  return met;
}

/** Resolves when the server has keys, or has given up. */
export const outcome = (met: Meeting) => eventually('the handshake has an outcome', () => met.keys ?? met.end, 15_000);
