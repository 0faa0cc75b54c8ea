/** What one side sends in one go, again and again until the other's answer ends it (RFC 6347 section 4.2.4). */
import type { RecordProtection } from './dtls-protection.ts';
import { contentType, encodedRecord, packed } from './dtls-record.ts';

/** Messages in the clear, or, behind a ChangeCipherSpec, protected ones. Each is whole, with its header. */
interface Part {
  readonly messages: readonly Buffer[];
  readonly protection?: RecordProtection;
}

export interface Flight {
  /** Takes the place of what was sent before, and is repeated. */
  send(parts: readonly Part[]): void;
  /** Sends the same once more, as the other side has missed it. */
  again(): void;
  /** What no answer is waited for: takes the place of what was sent before, is sent once, and returned. */
  last(parts: readonly Part[]): Uint8Array;
  stop(): void;
}

/** A flight is lost with a datagram or two; the first wait is that of WebRTC's clients, below TLS' one second. */
const firstWaitMs = 200;
const longestWaitMs = 3_200;

export function flight(send: (datagram: Uint8Array) => void): Flight {
  /** Of the two epochs. A record is never sent twice under one: the number is the nonce. */
  const sent = [0, 0];
  let parts: readonly Part[] = [];
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
    ...messages.map((message) => record(contentType.handshake, message, protection)),
  ];
  const again = () => {
    for (const datagram of packed(parts.flatMap(records))) send(datagram);
  };
  const repeat = (waitMs: number) => {
    again();
    timer = setTimeout(() => repeat(Math.min(2 * waitMs, longestWaitMs)), waitMs);
  };
  return {
    send: (next) => {
      clearTimeout(timer);
      parts = next;
      repeat(firstWaitMs);
    },
    again,
    last: (next) => {
      clearTimeout(timer);
      parts = [];
      const bytes = Buffer.concat(next.flatMap(records));
      send(bytes);
      // What is kept of it for as long as the client is there is not a view into a pool.
      return new Uint8Array(bytes);
    },
    stop: () => clearTimeout(timer),
  };
}
