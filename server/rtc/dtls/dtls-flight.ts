import { type HandshakeMessage, messageOrder } from './dtls-messages.ts';
import { type HandshakeFragment, handshakeType } from './dtls-record.ts';

/** What a client says in the clear, by message number, when we answer its first hello with a cookie. */
const script: readonly number[] = [
  handshakeType.clientHello,
  handshakeType.clientHello,
  handshakeType.certificate,
  handshakeType.clientKeyExchange,
  handshakeType.certificateVerify,
];

/** Far more than a client needs in the time of a handshake. Each answer makes a key pair, a few milliseconds of work. */
const mostFirstHellos = 20;

/**
 * Puts a client's handshake in order. A second key exchange would put the sender's keys in place of the signer's. Returns
 * a function that takes a fragment and yields the messages that are due. A whole message is at most 16 KiB; other
 * fragments are dropped.
 */
export function handshakeOrder(): (fragment: HandshakeFragment) => readonly HandshakeMessage[] {
  const inOrder = messageOrder((type, message) => type === script[message]);
  let seen = 0;
  let firstHellos = 0;

  return (fragment) => {
    const { type, length, message, offset, body } = fragment;
    // The answer to the first hello is never repeated by itself, so a lost one must be asked for again.
    const isFirst = message === 0 && type === script[0] && offset === 0 && body.length === length;
    if (isFirst && seen === 1) return ++firstHellos < mostFirstHellos ? [{ type, message, body }] : [];
    const due = inOrder(fragment);
    seen += due.length;
    return due;
  };
}
