/**
 * A handshake in which we are the server, as for all clients that do not insist on waiting for us:
 *
 *   them  ClientHello ─►                                         Certificate, key, CertificateVerify, Finished ─►
 *   us                ◄─ ServerHello, Certificate, key, CertificateRequest, ServerHelloDone                    ◄─ Finished
 *
 * There is no HelloVerifyRequest (RFC 6347 section 4.2.1): hellos come only from where a check came that the session's
 * password signs, and what is answered is bounded by what has come (dtls-association.ts).
 */
import type { HandshakeEvents, Stage } from './dtls-association.ts';
import { certificateBody, certificateRequestBody, firstCertificate, isSignedBy } from './dtls-certificate.ts';
import { type Flight, flight } from './dtls-flight.ts';
import { handshake, refuse, type Self } from './dtls-handshake.ts';
import { clientsPoint, keyShare, type Randoms, serverKeyBody } from './dtls-key-exchange.ts';
import { recordKeys, srtpKeys } from './dtls-keys.ts';
import { type HandshakeMessage, messageOrder } from './dtls-messages.ts';
import { type Master, masterSecret } from './dtls-prf.ts';
import { type RecordProtection, recordProtection } from './dtls-protection.ts';
import { type DtlsRecord, encodedHandshake, handshakeType } from './dtls-record.ts';
import { finishedBody, isFinishedOf, type Transcript, transcriptHash } from './dtls-secrets.ts';
import { type Agreed, agreed, encodedServerHello } from './dtls-server-hello.ts';
import type { KeyShare } from './dtls-x25519.ts';
import { type Fingerprint, matches } from './fingerprint.ts';

/** What is the same in all handshakes of a process. */
export interface ServerSelf extends Omit<Self, 'certificate'> {
  /** The messages of our flight that show our certificate, ask for the client's, and end it. */
  readonly shown: Buffer;
  readonly asked: Buffer;
  readonly done: Buffer;
}

export const serverSelf = ({ certificate, ...rest }: Self): ServerSelf => ({
  ...rest,
  shown: encodedHandshake(handshakeType.certificate, 1, certificateBody(certificate)),
  asked: encodedHandshake(handshakeType.certificateRequest, 3, certificateRequestBody()),
  done: encodedHandshake(handshakeType.serverHelloDone, 4, Buffer.alloc(0)),
});

interface ServerHandshakeParts extends HandshakeEvents, ServerSelf {
  /** The fingerprints of the offer, of which one must match. */
  readonly wanted: readonly Fingerprint[];
}

interface State {
  transcript: Transcript;
  greeted?: { readonly randoms: Randoms; readonly share: KeyShare; readonly profile: Agreed['profile'] };
  /** The client's, one of the offer. */
  certificate?: Buffer;
  master?: Master;
  /** Once the client has signed with the key of its certificate. */
  proved?: RecordProtection;
  /** A Finished that overtook the rest of its flight. */
  early?: DtlsRecord;
  repeatsLeft: number;
  isOver: boolean;
}

interface Parts extends ServerHandshakeParts {
  readonly state: State;
  readonly ours: Flight;
}

/** What a client says in the clear, by message number. A second key exchange would replace the keys of the signed one. */
const turns: readonly number[] = [
  handshakeType.clientHello,
  handshakeType.certificate,
  handshakeType.clientKeyExchange,
  handshakeType.certificateVerify,
];

/** More than a client asks for in the time that it has. One datagram can hold a hello's beginning 160 times. */
const mostRepeats = 20;

/** Behind the five of our first flight. */
const messageOfFinished = 5;

export function dtlsServerHandshake(begun: ServerHandshakeParts): Stage {
  const state: State = { transcript: [], repeatsLeft: mostRepeats, isOver: false };
  const ours = flight(begun.send);
  const parts: Parts = { ...begun, ours, state };
  const inOrder = messageOrder((type, message) => type === turns[message]);
  return handshake({
    send: begun.send,
    onEnd: begun.onEnd,
    // The client begins.
    begin: () => {},
    take: (fragment) => {
      const { type, message, offset } = fragment;
      // Our answer was lost, or comes late.
      const isRepeated = type === handshakeType.clientHello && message === 0 && offset === 0 && state.greeted;
      if (isRepeated && state.certificate === undefined && state.repeatsLeft-- > 0) ours.again();
      for (const due of inOrder(fragment)) if (!state.isOver) step(parts, due);
    },
    finish: (record) => finished(parts, record),
    protection: () => state.proved,
    stop: () => {
      state.isOver = true;
      ours.stop();
      state.greeted?.share.forget();
    },
  });
}

function step(parts: Parts, { type, message, body }: HandshakeMessage) {
  const { state } = parts;
  const said = encodedHandshake(type, message, body);
  // What is signed is all that stands before.
  if (type === handshakeType.certificateVerify) checkSignature(parts, body);
  state.transcript = [...state.transcript, said];
  if (type === handshakeType.clientHello) answerHello(parts, agreed(body));
  if (type === handshakeType.certificate) checkCertificate(parts, firstCertificate(body));
  if (type === handshakeType.clientKeyExchange) exchangeKeys(parts, clientsPoint(body));
  if (type === handshakeType.certificateVerify && state.early !== undefined) finished(parts, state.early);
}

function answerHello({ state, ours, sign, crypto, draw, shown, asked, done }: Parts, choice: Agreed) {
  const randoms = { client: choice.random, server: draw(32) };
  const share = keyShare(choice.group, crypto.x25519);
  // Before anything can fail: `stop` frees the key.
  state.greeted = { randoms, share, profile: choice.profile };
  const hello = encodedHandshake(handshakeType.serverHello, 0, encodedServerHello(randoms.server, choice));
  const key = serverKeyBody(choice.group, share, randoms, sign);
  const messages = [hello, shown, encodedHandshake(handshakeType.serverKeyExchange, 2, key), asked, done];
  state.transcript = [...state.transcript, ...messages];
  ours.send([{ messages }]);
}

function checkCertificate(parts: Parts, certificate: Buffer) {
  // Who shows a certificate has the whole of our flight.
  parts.ours.stop();
  if (!matches(certificate, parts.wanted))
    return refuse(parts, 'FingerprintMismatch', "the client's certificate is not the one in its offer");
  parts.state.certificate = certificate;
}

function exchangeKeys({ state, crypto }: Parts, point: Buffer) {
  if (state.greeted === undefined) return;
  state.master = masterSecret(crypto.prf, state.greeted.share.secret(point), transcriptHash(state.transcript));
}

function checkSignature(parts: Parts, body: Buffer) {
  const { certificate, transcript, greeted, master } = parts.state;
  if (certificate === undefined || greeted === undefined || master === undefined) return;
  if (!isSignedBy(parts.crypto.ecdsa, certificate, Buffer.concat(transcript), body))
    return refuse(parts, 'BadSignature', 'the handshake is not signed with the key of the certificate');
  parts.state.proved = recordProtection(recordKeys('server', master, greeted.randoms));
}

function finished(parts: Parts, record: DtlsRecord) {
  const { state, ours, onDone } = parts;
  const { proved: protection, master, greeted, transcript } = state;
  if (state.isOver) return;
  if (protection === undefined || master === undefined || greeted === undefined) {
    state.early = record;
    return;
  }
  const message = protection.open(record);
  if (message?.[0] !== handshakeType.finished) return;
  if (!isFinishedOf('client', message, transcript, master))
    return refuse(parts, 'HandshakeFailed', "the client's Finished does not match the handshake");
  const answer = finishedBody('server', [...transcript, message], master);
  const messages = [encodedHandshake(handshakeType.finished, messageOfFinished, answer)];
  const lastFlight = ours.last([{ messages, protection }]);
  onDone(srtpKeys('server', master, greeted.randoms, greeted.profile), { protection, lastFlight });
}
