/** What we send as a client, again and again until the server's answer ends it (RFC 6347 section 4.2.4). */
import type { RecordProtection } from './dtls-protection.ts';
import { contentType, encodedHandshake, encodedRecord, packed } from './dtls-record.ts';
import type { TranscriptMessage } from './dtls-secrets.ts';

/** Messages in the clear, or, behind a ChangeCipherSpec, protected ones. */
interface Part {
  readonly messages: readonly TranscriptMessage[];
  readonly protection?: RecordProtection;
}

export interface ClientFlight {
  /** Takes the place of what was sent before. */
  send(parts: readonly Part[]): void;
  stop(): void;
}

/** A flight is lost with a datagram or two; the first wait is that of WebRTC's clients, below TLS' one second. */
const firstWaitMs = 200;
const longestWaitMs = 3_200;

export function clientFlight(send: (datagram: Uint8Array) => void): ClientFlight {
  /** Of the two epochs. A record is never sent twice under one: the number is the nonce. */
  const sent = [0, 0];
  let timer: NodeJS.Timeout | undefined;

  const record = (type: number, fragment: Buffer, protection?: RecordProtection): Buffer => {
    const epoch = protection ? 1 : 0;
    const sequenceNumber = sent[epoch] ?? 0;
    sent[epoch] = sequenceNumber + 1;
    const plain = { type, epoch, sequenceNumber, fragment };
    return encodedRecord(protection ? protection.seal(plain) : plain);
  };
  const records = ({ messages, protection }: Part): readonly Buffer[] => [
    ...(protection ? [record(contentType.changeCipherSpec, Buffer.from([1]))] : []),
    ...messages.map(({ msg_type, message_seq, fragment }) =>
      record(contentType.handshake, encodedHandshake(msg_type, message_seq, fragment), protection),
    ),
  ];
  const repeat = (parts: readonly Part[], waitMs: number) => {
    for (const datagram of packed(parts.flatMap(records))) send(datagram);
    timer = setTimeout(() => repeat(parts, Math.min(2 * waitMs, longestWaitMs)), waitMs);
  };
  return {
    send: (parts) => {
      clearTimeout(timer);
      repeat(parts, firstWaitMs);
    },
    stop: () => clearTimeout(timer),
  };
}
