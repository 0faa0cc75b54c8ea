/** What somebody can send in the name of others who does not have their keys, and has seen what they sent at most. */
import { alert, handshake } from '#test/attack/dtls-records.ts';
import { randomBytes } from '#test/harness/seeded.ts';
import { stunCheck } from '#test/server/media/stun-client.ts';
import type { UdpAttack } from './udp-attacks.ts';

/** Whose name it is in. */
export interface Guise {
  readonly who: 'a viewer' | 'the publisher' | 'a stranger';
  send(datagram: Buffer): void;
}

export interface Seen {
  readonly random: () => number;
  /** The last packet of the publisher. */
  readonly captured: () => Buffer | undefined;
  /** The user of whom it takes the name; of a stranger, somebody's. */
  readonly username: string;
  readonly hello: Buffer;
}

/** Each has no reason if it is not the media port that drops it, but the handshake behind it. */
export function spoofs({ who, send }: Guise, { random, captured, username, hello }: Seen): readonly UdpAttack[] {
  const isKnown = who !== 'a stranger';
  const one = (what: string, reason: UdpAttack['reason'], datagram: () => Buffer | undefined): UdpAttack => ({
    what: `${what} of ${who}`,
    ...(reason && { reason }),
    strike: () => {
      const made = datagram();
      if (made !== undefined) send(made);
      return made !== undefined;
    },
  });
  const beginning = (bytes: readonly number[], length: number): Buffer => {
    const datagram = randomBytes(random, length);
    datagram.set(bytes);
    return datagram;
  };
  const ofMedia = isKnown ? 'Forged' : 'UnknownAddress';
  const ofHandshake = isKnown ? undefined : 'UnknownAddress';
  const password = randomBytes(random, 18).toString('base64');
  const check = () => stunCheck({ username, password, useCandidate: true });
  return [
    one('RTP', ofMedia, () => beginning([0x80, 96], 1200)),
    one('RTCP that says goodbye', ofMedia, () => beginning([0x81, 203], 60)),
    one("the publisher's last packet", who === 'the publisher' ? 'Replayed' : ofMedia, captured),
    one('checks', 'BadIntegrity', check),
    one('answers to checks', 'Unknown', () => answered(check())),
    one('hellos', ofHandshake, () => hello),
    one('handshakes of noise', ofHandshake, () => handshake(randomBytes(random, 200))),
    one('alerts that say goodbye', ofHandshake, () => alert(1, 0)),
    one('alerts that are fatal', ofHandshake, () => alert(2, 40)),
  ];
}

/** As if it were the answer: a success response. */
function answered(check: Buffer): Buffer {
  check.writeUInt16BE(0x0101, 0);
  return check;
}
