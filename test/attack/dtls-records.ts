/** DTLS 1.2 records that nobody has keys for (RFC 6347 section 4.1): of epoch 0, where nothing is encrypted. */

const contentType = { alert: 21, handshake: 22 } as const;

function record(type: number, content: Buffer): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt8(type, 0);
  head.writeUInt16BE(0xfefd, 1);
  head.writeUInt16BE(content.length, 11);
  return Buffer.concat([head, content]);
}

/** Level 1 is a warning, 2 is fatal; description 0 is close_notify (RFC 5246 section 7.2). */
export const alert = (level: number, description: number): Buffer =>
  record(contentType.alert, Buffer.from([level, description]));

export const handshake = (content: Buffer): Buffer => record(contentType.handshake, content);

/** Places in a record that begins a handshake message (RFC 6347 sections 4.1 and 4.2.2). */
const at = {
  recordSequence: 10,
  recordLength: 11,
  type: 13,
  length: 14,
  sequence: 17,
  fragment: 22,
  body: 25,
} as const;
const helloVerifyRequest = 3;
/** Version and random of a ClientHello; version of a HelloVerifyRequest. */
const [helloStart, verifyStart] = [34, 2];

/**
 * The hello again, with the cookie of a HelloVerifyRequest (RFC 6347 section 4.2.1); undefined for whatever else was
 * answered.
 */
export function secondHello(hello: Buffer, answer: Buffer): Buffer | undefined {
  if (answer[0] !== contentType.handshake || answer[at.type] !== helloVerifyRequest) return undefined;
  const cookieAt = at.body + verifyStart;
  const cookie = answer.subarray(cookieAt + 1, cookieAt + 1 + (answer[cookieAt] ?? 0));
  const lengthAt = at.body + helloStart + 1 + (hello[at.body + helloStart] ?? 0);
  const again = Buffer.concat([
    hello.subarray(0, lengthAt),
    Buffer.from([cookie.length]),
    cookie,
    hello.subarray(lengthAt + 1),
  ]);
  again.writeUInt8(1, at.recordSequence);
  again.writeUInt16BE(again.length - at.type, at.recordLength);
  again.writeUInt16BE(1, at.sequence);
  for (const place of [at.length, at.fragment]) again.writeUIntBE(again.length - at.body, place, 3);
  return again;
}
