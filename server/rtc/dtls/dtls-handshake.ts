/** A client's handshake: werift's state machine, with order before it and proof around it. */
import type { DtlsServer } from 'werift';
import { srtpProfile } from '#server/media/plane.ts';
import { alertCode, type DtlsEnd, endBy, plainAlert } from './dtls-alert.ts';
import type { HandshakeEvents } from './dtls-association.ts';
import { handshakeOrder } from './dtls-flight.ts';
import { clientCertificate, isFinished, isSigned } from './dtls-proof.ts';
import { type RecordProtection, recordProtection } from './dtls-protection.ts';
import {
  contentType,
  type DtlsRecord,
  encodedHandshake,
  encodedRecord,
  handshakeFragments,
  handshakeType,
} from './dtls-record.ts';
import { type Fingerprint, matches } from './fingerprint.ts';
import { lastFlight, recordKeys, srtpKeys } from './werift-server.ts';

/** A handshake that begins, and whom it tells of its outcome. */
interface HandshakeParts extends HandshakeEvents {
  readonly server: DtlsServer;
  /** Hands one record to the server. */
  readonly deliver: (record: Buffer) => void;
  /** The fingerprints of the offer, of which one must match. */
  readonly wanted: readonly Fingerprint[];
}

interface State {
  /** Done, failed or stopped. */
  isOver: boolean;
  /** Once the certificate was found to be one of the offer, and the client has signed with its key. */
  proved?: RecordProtection;
  /** A Finished that overtook the rest of its flight. */
  early?: DtlsRecord;
}

interface Parts extends HandshakeParts {
  readonly state: State;
  readonly inOrder: ReturnType<typeof handshakeOrder>;
}

export function dtlsHandshake(begun: HandshakeParts) {
  const state: State = { isOver: false };
  const parts: Parts = { ...begun, state, inOrder: handshakeOrder() };
  const { server, onEnd } = begun;
  const fail = (error: unknown) => onEnd('HandshakeFailed', error instanceof Error ? error.message : String(error));
  server.onConnect.subscribe(() => connected(parts));
  server.onError.subscribe(fail);
  return {
    receive: (record: DtlsRecord): void => {
      try {
        if (record.type === contentType.alert) alerted(parts, record);
        else if (record.type === contentType.handshake && record.epoch > 0) finished(parts, record);
        else if (record.type === contentType.handshake) handshake(parts, record);
      } catch (error) {
        fail(error);
      }
    },
    // The client begins.
    begin: () => {},
    farewell: () => undefined,
    stop: () => {
      state.isOver = true;
      // The number of the last flight ends werift's loop of retransmissions, which would go on for half a minute.
      server.dtls.flight = 6;
    },
  };
}

function handshake(parts: Parts, record: DtlsRecord) {
  const { state, deliver, inOrder } = parts;
  for (const { type, message, body } of handshakeFragments(record.fragment).flatMap(inOrder)) {
    if (state.isOver) return;
    deliver(encodedRecord({ ...record, fragment: encodedHandshake(type, message, body) }));
    if (type === handshakeType.certificate) checkCertificate(parts);
    if (type === handshakeType.certificateVerify) checkSignature(parts);
  }
}

function checkCertificate(parts: Parts) {
  const certificate = clientCertificate(parts.server.dtls.sortedHandshakeCache);
  if (certificate === undefined || !matches(certificate, parts.wanted))
    refuse(parts, 'FingerprintMismatch', "the client's certificate is not the one in its offer");
}

function checkSignature(parts: Parts) {
  const { server, state } = parts;
  const transcript = server.dtls.sortedHandshakeCache;
  const certificate = clientCertificate(transcript);
  if (certificate === undefined || !isSigned(transcript, certificate))
    return refuse(parts, 'BadSignature', 'the handshake is not signed with the key of the certificate');
  const keys = recordKeys(server);
  // Without keys the key exchange has failed, and werift is about to tell of that.
  if (keys === undefined) return;
  state.proved = recordProtection(keys);
  if (state.early) finished(parts, state.early);
}

/** A protected handshake record. It can only be Finished. */
function finished(parts: Parts, record: DtlsRecord) {
  const { state, server, deliver } = parts;
  if (state.proved === undefined) {
    state.early = record;
    return;
  }
  const message = state.proved.open(record);
  if (message?.[0] !== handshakeType.finished) return;
  if (!isFinished(message, server.dtls.sortedHandshakeCache, server.cipher.masterSecret))
    return refuse(parts, 'HandshakeFailed', "the client's Finished does not match the handshake");
  deliver(encodedRecord(record));
}

function connected({ state, server, onDone, onEnd }: Parts) {
  if (state.isOver || state.proved === undefined) return;
  const keys = srtpKeys(server);
  if (keys === undefined) {
    const names = Object.keys(srtpProfile).join(' or ');
    return onEnd('HandshakeFailed', `the client offers no SRTP profile that we have (${names})`);
  }
  state.isOver = true;
  onDone(keys, { protection: state.proved, lastFlight: lastFlight(server) });
}

function alerted({ state, onEnd }: Parts, record: DtlsRecord) {
  const content = record.epoch > 0 ? state.proved?.open(record) : record.fragment;
  const end = content && endBy(content);
  if (end) onEnd(...end);
}

function refuse({ send, onEnd }: Parts, reason: DtlsEnd, detail: string) {
  const { badCertificate, decryptError } = alertCode;
  send(plainAlert(reason === 'FingerprintMismatch' ? badCertificate : decryptError));
  onEnd(reason, detail);
}
