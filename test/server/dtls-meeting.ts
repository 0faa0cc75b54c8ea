import { after } from 'node:test';
import type { DtlsClient, DtlsServer } from 'werift';
import type { SrtpKeys } from '#server/media/plane.ts';
import type { DtlsIdentity } from '#server/rtc/dtls/dtls.ts';
import type { DtlsEnd } from '#server/rtc/dtls/dtls-alert.ts';
import type { Dtls, DtlsEvents } from '#server/rtc/dtls/dtls-association.ts';
import { eventually } from '#test/harness/eventually.ts';
import { type Certificate, dtlsClient, type WeriftSide } from './dtls-client.ts';
import { dtlsServer } from './dtls-server.ts';

/** We and werift, who reach each other. */
export interface Meeting<Them = DtlsClient> {
  readonly us: Dtls;
  readonly them: WeriftSide<Them>;
  keys?: SrtpKeys;
  end?: [DtlsEnd, string];
}

/** What becomes of a datagram on its way: any number of datagrams. */
export type Passage = (datagram: Uint8Array) => readonly Uint8Array[];

export interface MeetingOptions {
  readonly srtpProfiles?: readonly (1 | 7)[];
  readonly towardsUs?: Passage;
  readonly towardsThem?: Passage;
}

type Own = Pick<Certificate, 'certPem' | 'keyPem'>;
type Offered = Pick<Certificate, 'wanted'>;

/** We are the server. Nothing has been sent yet. They show their own certificate, whatever `offered` says. Ends with the test. */
export const meetingAsServer = (
  identity: DtlsIdentity,
  own: Own,
  { wanted }: Offered,
  options: MeetingOptions = {},
): Meeting =>
  meeting(
    (send) => dtlsClient(own, send, options.srtpProfiles),
    (events) => identity.accept(wanted, events),
    options,
  );

/** As the server, amid a handshake: what we say is lost, and we wait for an answer to it. */
export async function meetingInVain(identity: DtlsIdentity, own: Certificate): Promise<Meeting> {
  let answers = 0;
  const isLost = () => {
    answers += 1;
    return [];
  };
  const met = meetingAsServer(identity, own, own, { towardsThem: isLost });
  met.them.connect();
  await eventually('it waits for an answer to what is lost', () => answers > 0);
  return met;
}

/** As `meetingAsServer`, with us as the client. */
export const meetingAsClient = (
  identity: DtlsIdentity,
  own: Own,
  { wanted }: Offered,
  options: MeetingOptions = {},
): Meeting<DtlsServer> =>
  meeting(
    (send) => dtlsServer(own, send, options.srtpProfiles),
    (events) => identity.connect(wanted, events),
    options,
  );

const untouched: Passage = (datagram) => [datagram];

function meeting<Them>(
  makeThem: (send: (datagram: Uint8Array) => void) => WeriftSide<Them>,
  join: (events: DtlsEvents) => Dtls,
  { towardsUs = untouched, towardsThem = untouched }: MeetingOptions,
): Meeting<Them> {
  const them = makeThem((datagram) =>
    setImmediate(() => {
      for (const each of towardsUs(datagram)) met.us.receive(each);
    }),
  );
  const us = join({
    send: (datagram) =>
      setImmediate(() => {
        for (const each of towardsThem(datagram)) them.receive(each);
      }),
    onKeys: (keys) => {
      met.keys = keys;
    },
    onEnd: (...end) => {
      met.end = end;
    },
  });
  const met: Meeting<Them> = { us, them };
  after(() => {
    us.close();
    them.stop();
  });
  return met;
}

/** Resolves when we have keys, or have given up. */
export const outcome = (met: Pick<Meeting, 'keys' | 'end'>) =>
  eventually('the handshake has an outcome', () => met.keys ?? met.end, 15_000);
