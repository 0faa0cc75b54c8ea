/**
 * Records and handshake messages of DTLS 1.2 on the wire (RFC 6347 sections 4.1 and 4.2.2).
 *
 *   record      type 1 │ version 2 │ epoch 2 │ sequence number 6 │ length 2 │ fragment
 *   handshake   type 1 │ length 3 │ message number 2 │ fragment offset 3 │ fragment length 3 │ fragment
 */

export const contentType = { changeCipherSpec: 20, alert: 21, handshake: 22 } as const;

export const handshakeType = {
  clientHello: 1,
  serverHello: 2,
  helloVerifyRequest: 3,
  certificate: 11,
  serverKeyExchange: 12,
  certificateRequest: 13,
  serverHelloDone: 14,
  certificateVerify: 15,
  clientKeyExchange: 16,
  finished: 20,
} as const;

export interface DtlsRecord {
  readonly type: number;
  /** 0: in the clear. 1: protected with the keys of the handshake. */
  readonly epoch: number;
  readonly sequenceNumber: number;
  readonly fragment: Buffer;
}

export interface HandshakeFragment {
  readonly type: number;
  /** Length of the whole message. */
  readonly length: number;
  readonly message: number;
  readonly offset: number;
  readonly body: Buffer;
}

const recordHeader = 13;
export const handshakeHeader = 12;
export const version12 = 0xfefd;

/** The records of a datagram, up to the first that is cut off. */
export function dtlsRecords(datagram: Uint8Array): readonly DtlsRecord[] {
  const bytes = Buffer.from(datagram.buffer, datagram.byteOffset, datagram.byteLength);
  const records: DtlsRecord[] = [];
  for (let at = 0; at + recordHeader <= bytes.length; ) {
    const end = at + recordHeader + bytes.readUInt16BE(at + 11);
    if (end > bytes.length) break;
    records.push({
      type: bytes.readUInt8(at),
      epoch: bytes.readUInt16BE(at + 3),
      sequenceNumber: bytes.readUIntBE(at + 5, 6),
      fragment: bytes.subarray(at + recordHeader, end),
    });
    at = end;
  }
  return records;
}

export function encodedRecord({ type, epoch, sequenceNumber, fragment }: DtlsRecord): Buffer {
  const header = Buffer.alloc(recordHeader);
  header.writeUInt8(type, 0);
  header.writeUInt16BE(version12, 1);
  header.writeUInt16BE(epoch, 3);
  header.writeUIntBE(sequenceNumber, 5, 6);
  header.writeUInt16BE(fragment.length, 11);
  return Buffer.concat([header, fragment]);
}

/** What any path lets through in one piece: IPv6 wants 1280 bytes of it, headers included. */
const longestDatagram = 1200;

/** Records one after the other in as few datagrams as may be (RFC 6347 section 4.1.1); none is cut. */
export function packed(records: readonly Buffer[]): readonly Buffer[] {
  const datagrams: Buffer[][] = [];
  let length = Number.POSITIVE_INFINITY;
  for (const record of records) {
    length += record.length;
    if (length > longestDatagram) {
      datagrams.push([]);
      length = record.length;
    }
    datagrams.at(-1)?.push(record);
  }
  return datagrams.map((parts) => Buffer.concat(parts));
}

/** The handshake fragments in a record, up to the first that is cut off. */
export function handshakeFragments(bytes: Buffer): readonly HandshakeFragment[] {
  const fragments: HandshakeFragment[] = [];
  for (let at = 0; at + handshakeHeader <= bytes.length; ) {
    const end = at + handshakeHeader + bytes.readUIntBE(at + 9, 3);
    if (end > bytes.length) break;
    fragments.push({
      type: bytes.readUInt8(at),
      length: bytes.readUIntBE(at + 1, 3),
      message: bytes.readUInt16BE(at + 4),
      offset: bytes.readUIntBE(at + 6, 3),
      body: bytes.subarray(at + handshakeHeader, end),
    });
    at = end;
  }
  return fragments;
}

/** A whole message as one fragment, which is also the form that goes into the transcript (RFC 6347 section 4.2.6). */
export function encodedHandshake(type: number, message: number, body: Buffer): Buffer {
  const header = Buffer.alloc(handshakeHeader);
  header.writeUInt8(type, 0);
  header.writeUIntBE(body.length, 1, 3);
  header.writeUInt16BE(message, 4);
  header.writeUIntBE(body.length, 9, 3);
  return Buffer.concat([header, body]);
}
