/**
 * A handshake in which we are the client, for a publisher that can only be the server (ffmpeg offers a=setup:passive):
 *
 *   us      ClientHello ─►              ClientHello with the cookie ─►                  Certificate, keys, Finished ─►
 *   them               ◄─ HelloVerifyRequest       ◄─ ServerHello … ServerHelloDone                         ◄─ Finished
 *                         if it wants one
 */
import { alertCode } from './dtls-alert.ts';
import type { HandshakeEvents, Stage } from './dtls-association.ts';
import { certificateBody, firstCertificate, signatureBody } from './dtls-certificate.ts';
import { clientHello, type ServerHello, serverHello, wantedCookie } from './dtls-client-hello.ts';
import { DtlsError, shortVector } from './dtls-extension.ts';
import { type Flight, flight } from './dtls-flight.ts';
import { handshake, refuse, type Self } from './dtls-handshake.ts';
import { keyShare, type Randoms, type ServerKey, serverKey } from './dtls-key-exchange.ts';
import { recordKeys, srtpKeys } from './dtls-keys.ts';
import { type HandshakeMessage, messageOrder } from './dtls-messages.ts';
import { type Master, masterSecret } from './dtls-prf.ts';
import { type RecordProtection, recordProtection } from './dtls-protection.ts';
import { type DtlsRecord, encodedHandshake, handshakeType } from './dtls-record.ts';
import { finishedBody, isFinishedOf, type Transcript, transcriptHash } from './dtls-secrets.ts';
import { type Fingerprint, matches } from './fingerprint.ts';

interface ClientHandshakeParts extends HandshakeEvents, Self {
  /** The fingerprints of the offer, of which one must match. */
  readonly wanted: readonly Fingerprint[];
}

interface State {
  readonly random: Buffer;
  /** What comes next of the server's. */
  next: readonly number[];
  transcript: Transcript;
  /** The number of the next message of ours. */
  nextOurs: number;
  hello?: ServerHello;
  certificate?: Buffer;
  key?: ServerKey;
  isAsked: boolean;
  /** Once the server has signed its key, and we have sent ours. */
  secured?: { readonly protection: RecordProtection; readonly master: Master };
  isOver: boolean;
}

interface Parts extends ClientHandshakeParts {
  readonly state: State;
  readonly ours: Flight;
}

/** More than a server sends before it is done. */
const mostMessages = 8;

export function dtlsClientHandshake(begun: ClientHandshakeParts): Stage {
  const ours = flight(begun.send);
  const state = newState(begun);
  const parts: Parts = { ...begun, ours, state };
  const inOrder = messageOrder((_type, message) => message < mostMessages);
  return handshake({
    send: begun.send,
    onEnd: begun.onEnd,
    begin: () => {
      if (state.transcript.length === 0 && !state.isOver) sayHello(parts, Buffer.alloc(0));
    },
    take: (fragment) => {
      for (const due of inOrder(fragment)) step(parts, due);
    },
    finish: (record) => finished(parts, record),
    protection: () => state.secured?.protection,
    stop: () => {
      state.isOver = true;
      ours.stop();
    },
  });
}

const newState = ({ draw }: Self): State => ({
  random: draw(32),
  next: [handshakeType.helloVerifyRequest, handshakeType.serverHello],
  transcript: [],
  nextOurs: 0,
  isAsked: false,
  isOver: false,
});

function sayHello({ state, ours }: Parts, cookie: Buffer) {
  const hello = encodedHandshake(handshakeType.clientHello, state.nextOurs++, clientHello(state.random, cookie));
  // Neither the hello without a cookie nor the request for one is part of the transcript (RFC 6347 section 4.2.1).
  state.transcript = [hello];
  ours.send([{ messages: [hello] }]);
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
function step(parts: Parts, { type, message, body }: HandshakeMessage) {
  const { state } = parts;
  if (state.isOver) return;
  if (!state.next.includes(type) || state.transcript.length === 0)
    throw new DtlsError(
      `the peer's message ${message} is of type ${type}, which is not its turn`,
      alertCode.unexpectedMessage,
    );
  state.next = after[type] ?? [];
  if (type === handshakeType.helloVerifyRequest) return sayHello(parts, wantedCookie(body));
  state.transcript = [...state.transcript, encodedHandshake(type, message, body)];
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
  const { state, crypto } = parts;
  const key = state.certificate && serverKey(crypto.ecdsa, body, randoms(state), state.certificate);
  if (key === undefined)
    return refuse(parts, 'BadSignature', 'the key exchange is not signed with the key of the certificate');
  state.key = key;
}

const randoms = ({ random, hello }: State): Randoms => ({ client: random, server: hello?.random ?? Buffer.alloc(0) });

/** Our second flight. With it we have all keys. */
function answerHello({ state, ours, certificate, sign, crypto }: Parts) {
  if (state.key === undefined) return;
  const share = keyShare(state.key.group, crypto.x25519);
  // At once, and before anything else can fail: that frees the key.
  const secret = share.secret(state.key.point);
  const said: Buffer[] = [];
  const say = (type: number, body: Buffer) => {
    const message = encodedHandshake(type, state.nextOurs++, body);
    said.push(message);
    state.transcript = [...state.transcript, message];
  };
  if (state.isAsked) say(handshakeType.certificate, certificateBody(certificate));
  say(handshakeType.clientKeyExchange, shortVector(share.point));
  const master = masterSecret(crypto.prf, secret, transcriptHash(state.transcript));
  if (state.isAsked) say(handshakeType.certificateVerify, signatureBody(sign(Buffer.concat(state.transcript))));
  const inClear = [...said];
  say(handshakeType.finished, finishedBody('client', state.transcript, master));
  const protection = recordProtection(recordKeys('client', master, randoms(state)));
  state.secured = { protection, master };
  ours.send([{ messages: inClear }, { messages: said.slice(-1), protection }]);
}

function finished(parts: Parts, record: DtlsRecord) {
  const { state, onDone } = parts;
  if (state.secured === undefined || state.hello === undefined || state.isOver) return;
  const { protection, master } = state.secured;
  const message = protection.open(record);
  if (message?.[0] !== handshakeType.finished) return;
  if (!isFinishedOf('server', message, state.transcript, master))
    return refuse(parts, 'HandshakeFailed', "the client's Finished does not match the handshake");
  parts.ours.stop();
  state.isOver = true;
  onDone(srtpKeys('client', master, randoms(state), state.hello.profile), { protection });
}
