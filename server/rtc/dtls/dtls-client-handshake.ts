/**
 * A handshake in which we are the client, for a publisher that can only be the server (ffmpeg offers a=setup:passive):
 *
 *   us      ClientHello ─►              ClientHello with the cookie ─►                  Certificate, keys, Finished ─►
 *   them               ◄─ HelloVerifyRequest       ◄─ ServerHello … ServerHelloDone                         ◄─ Finished
 *                         if it wants one
 *
 * Nothing of it is werift's: its client checks neither the server's signature nor its Finished.
 */
import { randomBytes } from 'node:crypto';
import { alertCode, type DtlsEnd, endBy, plainAlert } from './dtls-alert.ts';
import type { HandshakeEvents } from './dtls-association.ts';
import { type ClientFlight, clientFlight } from './dtls-client-flight.ts';
import { clientHello, DtlsError, type ServerHello, serverHello, wantedCookie } from './dtls-hello.ts';
import {
  certificateBody,
  certificateVerifyBody,
  clientsRecordKeys,
  clientsSrtpKeys,
  firstCertificate,
  keyExchange,
  masterSecret,
  type Randoms,
  type ServerKey,
  serverKey,
} from './dtls-key-exchange.ts';
import { type HandshakeMessage, messageOrder } from './dtls-messages.ts';
import { type RecordProtection, recordProtection } from './dtls-protection.ts';
import { contentType, type DtlsRecord, handshakeFragments, handshakeType } from './dtls-record.ts';
import { finishedBody, isFinishedOf, type TranscriptMessage, transcriptBytes, transcriptHash } from './dtls-secrets.ts';
import { type Fingerprint, matches } from './fingerprint.ts';

interface ClientHandshakeParts extends HandshakeEvents {
  /** Our certificate (DER), and what signs with its key: ECDSA with SHA-256. */
  readonly certificate: Buffer;
  readonly sign: (data: Uint8Array) => Buffer;
  /** The fingerprints of the offer, of which one must match. */
  readonly wanted: readonly Fingerprint[];
}

interface State {
  readonly random: Buffer;
  /** What comes next of the server's. */
  next: readonly number[];
  transcript: readonly TranscriptMessage[];
  hello?: ServerHello;
  certificate?: Buffer;
  key?: ServerKey;
  isAsked: boolean;
  /** Once the server has signed its key, and we have sent ours. */
  secured?: { readonly protection: RecordProtection; readonly master: Buffer };
  isOver: boolean;
}

interface Parts extends ClientHandshakeParts {
  readonly state: State;
  readonly flight: ClientFlight;
}

/** More than a server sends before it is done. */
const mostMessages = 8;

export function dtlsClientHandshake(begun: ClientHandshakeParts) {
  const flight = clientFlight(begun.send);
  const parts: Parts = { ...begun, flight, state: newState() };
  const { state } = parts;
  const inOrder = messageOrder((_type, message) => message < mostMessages);
  return {
    begin: () => {
      if (state.transcript.length === 0 && !state.isOver) sayHello(parts, 0, Buffer.alloc(0));
    },
    receive: (record: DtlsRecord): void => {
      try {
        if (record.type === contentType.alert) alerted(parts, record);
        else if (record.type === contentType.handshake && record.epoch > 0) finished(parts, record);
        else if (record.type === contentType.handshake)
          for (const message of handshakeFragments(record.fragment).flatMap(inOrder)) take(parts, message);
      } catch (error) {
        if (!(error instanceof DtlsError)) throw error;
        parts.onEnd('HandshakeFailed', error.message);
      }
    },
    farewell: () => undefined,
    stop: () => {
      state.isOver = true;
      flight.stop();
    },
  };
}

const newState = (): State => ({
  random: randomBytes(32),
  next: [handshakeType.helloVerifyRequest, handshakeType.serverHello],
  transcript: [],
  isAsked: false,
  isOver: false,
});

function sayHello({ state, flight }: Parts, message: number, cookie: Buffer) {
  const hello = {
    msg_type: handshakeType.clientHello,
    message_seq: message,
    fragment: clientHello(state.random, cookie),
  };
  // Neither the hello without a cookie nor the request for one is part of the transcript (RFC 6347 section 4.2.1).
  state.transcript = [hello];
  flight.send([{ messages: [hello] }]);
}

const after: Readonly<Record<number, readonly number[]>> = {
  [handshakeType.helloVerifyRequest]: [handshakeType.serverHello],
  [handshakeType.serverHello]: [handshakeType.certificate],
  [handshakeType.certificate]: [handshakeType.serverKeyExchange],
  [handshakeType.serverKeyExchange]: [handshakeType.certificateRequest, handshakeType.serverHelloDone],
  [handshakeType.certificateRequest]: [handshakeType.serverHelloDone],
  [handshakeType.serverHelloDone]: [],
};

/** A message in the clear. */
function take(parts: Parts, { type, message, body }: HandshakeMessage) {
  const { state } = parts;
  if (state.isOver) return;
  if (!state.next.includes(type) || state.transcript.length === 0)
    throw new DtlsError(`the peer's message ${message} is of type ${type}, which is not its turn`);
  state.next = after[type] ?? [];
  if (type === handshakeType.helloVerifyRequest) return sayHello(parts, message + 1, wantedCookie(body));
  state.transcript = [...state.transcript, { msg_type: type, message_seq: message, fragment: body }];
  if (type === handshakeType.serverHello) state.hello = serverHello(body);
  if (type === handshakeType.certificate) checkCertificate(parts, firstCertificate(body));
  if (type === handshakeType.serverKeyExchange) checkSignature(parts, body);
  if (type === handshakeType.certificateRequest) state.isAsked = true;
  if (type === handshakeType.serverHelloDone) answerHello(parts);
}

function checkCertificate(parts: Parts, certificate: Buffer) {
  if (!matches(certificate, parts.wanted))
    return refuse(parts, 'FingerprintMismatch', "the client's certificate is not the one in its offer");
  parts.state.certificate = certificate;
}

function checkSignature(parts: Parts, body: Buffer) {
  const { state } = parts;
  const key = state.certificate && serverKey(body, randoms(state), state.certificate);
  if (key === undefined)
    return refuse(parts, 'BadSignature', 'the key exchange is not signed with the key of the certificate');
  state.key = key;
}

const randoms = ({ random, hello }: State): Randoms => ({ client: random, server: hello?.random ?? Buffer.alloc(0) });

/** Our second flight. With it we have all keys. */
function answerHello({ state, flight, certificate, sign }: Parts) {
  if (state.key === undefined) return;
  const exchange = keyExchange(state.key);
  const first = state.transcript[0]?.message_seq ?? 0;
  const ours: TranscriptMessage[] = [];
  const add = (msg_type: number, fragment: Buffer) => {
    const message = { msg_type, message_seq: first + 1 + ours.length, fragment };
    ours.push(message);
    state.transcript = [...state.transcript, message];
  };
  if (state.isAsked) add(handshakeType.certificate, certificateBody(certificate));
  add(handshakeType.clientKeyExchange, exchange.body);
  const master = masterSecret(exchange.secret, transcriptHash(state.transcript));
  if (state.isAsked)
    add(handshakeType.certificateVerify, certificateVerifyBody(sign(transcriptBytes(state.transcript))));
  const inClear = [...ours];
  add(handshakeType.finished, finishedBody('client', state.transcript, master));
  const protection = recordProtection(clientsRecordKeys(master, randoms(state)));
  state.secured = { protection, master };
  flight.send([{ messages: inClear }, { messages: ours.slice(-1), protection }]);
}

/** A protected handshake record. It can only be Finished. */
function finished(parts: Parts, record: DtlsRecord) {
  const { state, flight, onDone } = parts;
  if (state.secured === undefined || state.hello === undefined || state.isOver) return;
  const { protection, master } = state.secured;
  const message = protection.open(record);
  if (message?.[0] !== handshakeType.finished) return;
  if (!isFinishedOf('server', message, state.transcript, master))
    return refuse(parts, 'HandshakeFailed', "the client's Finished does not match the handshake");
  state.isOver = true;
  flight.stop();
  onDone(clientsSrtpKeys(master, randoms(state), state.hello.profile), { protection });
}

function alerted({ state, onEnd }: Parts, record: DtlsRecord) {
  const content = record.epoch > 0 ? state.secured?.protection.open(record) : record.fragment;
  const end = content && endBy(content);
  if (end) onEnd(...end);
}

function refuse({ send, onEnd }: Parts, reason: DtlsEnd, detail: string) {
  const { badCertificate, decryptError } = alertCode;
  send(plainAlert(reason === 'FingerprintMismatch' ? badCertificate : decryptError));
  onEnd(reason, detail);
}
