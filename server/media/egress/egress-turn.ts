/** What an egress thread does whenever it is awake. */
import type { Doorbell } from './doorbell.ts';
import type { EgressCore } from './egress-core.ts';
import { emptyEntry, type Journal } from './journal.ts';
import { type Mailbox, noLetter } from './mailbox.ts';

export interface HandedOver {
  readonly bell: Pick<Doorbell, 'messages'>;
  readonly packets: Pick<Journal, 'read'>;
  readonly letters: Pick<Mailbox, 'read'>;
  /** Acts upon the message that was sent first of those that wait; false when there is none. */
  takeMessage(): boolean;
}

/** Beyond this the thread looks whether it is time for something else. */
const mostPackets = 256;
/**
 * Far fewer, as media must not wait for them: one letter that asks for all it can costs ten times as much as a usual one.
 */
const mostLetters = 32;

/**
 * A function that does what there is to do, and says whether there may be more. A message that was sent before a packet or a
 * letter is acted upon before it.
 */
export function egressTurn(core: Pick<EgressCore, 'forward' | 'receiveRtcp' | 'flush'>, from: HandedOver) {
  const entry = emptyEntry();
  const letter = noLetter();
  let taken = 0;
  const takeMessages = (): void => {
    while (taken !== from.bell.messages() && from.takeMessage()) taken = (taken + 1) | 0;
  };
  return (): boolean => {
    let packets = 0;
    takeMessages();
    for (; packets < mostPackets && from.packets.read(entry); packets++) {
      takeMessages();
      core.forward(entry);
    }
    if (packets > 0) core.flush();
    let letters = 0;
    for (; letters < mostLetters && from.letters.read(letter); letters++) {
      takeMessages();
      core.receiveRtcp(letter);
    }
    if (letters > 0) core.flush();
    return packets === mostPackets || letters === mostLetters;
  };
}
