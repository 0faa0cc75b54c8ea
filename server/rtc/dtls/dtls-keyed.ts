/** What is left of an association when its handshake is over: alerts both ways, and the end of our last flight. */
import { type DtlsEnd, endBy, farewell } from './dtls-alert.ts';
import type { RecordProtection } from './dtls-protection.ts';
import { contentType, type DtlsRecord, handshakeType } from './dtls-record.ts';

/** What a handshake leaves. */
export interface Established {
  readonly protection: RecordProtection;
  /** ChangeCipherSpec and Finished as they went out; none when the client's were the last. */
  readonly lastFlight?: Uint8Array;
}

interface KeyedEvents {
  send(datagram: Uint8Array): void;
  onEnd(reason: DtlsEnd, detail: string): void;
}

export function dtlsKeyed({ protection, lastFlight }: Established, { send, onEnd }: KeyedEvents) {
  return {
    begin: () => {},
    receive: (record: DtlsRecord): void => {
      // What comes in the clear could come from anybody.
      if (record.epoch !== 1) return;
      const content = protection.open(record);
      if (content === undefined) return;
      // The client repeats its Finished until it has ours (RFC 6347 section 4.2.4).
      const isRepeated = record.type === contentType.handshake && content[0] === handshakeType.finished;
      if (isRepeated && lastFlight !== undefined) send(lastFlight);
      const end = record.type === contentType.alert ? endBy(content) : undefined;
      if (end) onEnd(...end);
    },
    farewell: (): Buffer => farewell(protection),
    stop: () => {},
  };
}
