/** One client's DTLS association: werift's state machine, with order before it and proof around it. */
import type { DtlsServer } from 'werift';
import { type SrtpKeys, srtpProfile } from '#server/media/plane.ts';
import { handshakeOrder } from './dtls-flight.ts';
import { clientCertificate, isFinished, isSigned } from './dtls-proof.ts';
import {
  contentType,
  type DtlsRecord,
  dtlsRecords,
  encodedHandshake,
  encodedRecord,
  handshakeFragments,
  handshakeType,
} from './dtls-record.ts';
import { type Fingerprint, matches } from './fingerprint.ts';
import { alertCode, decrypted, plainAlert, protectedAlert, srtpKeys } from './werift-server.ts';

/** Why an association failed or ended. */
export type DtlsEnd = 'Closed' | 'FingerprintMismatch' | 'BadSignature' | 'HandshakeFailed';

export interface DtlsEvents {
  send(datagram: Uint8Array): void;
  /** Once, when the client has proved that it holds the key of the certificate that its offer named. */
  onKeys(keys: SrtpKeys): void;
  /** At most once, and never after `close`. The client has been told, where that is possible. */
  onEnd(reason: DtlsEnd, detail: string): void;
}

export interface Dtls {
  receive(datagram: Uint8Array): void;
  /** Tells the client that we are leaving (close_notify), and stops repeating messages. */
  close(): void;
}

/** A handshake takes 5 datagrams, or some 20 with every one lost several times. */
const mostDatagrams = 100;
/** More than an Ethernet frame holds, and thus than a client puts into one datagram. */
const longestDatagram = 2048;

interface State {
  phase: 'handshaking' | 'keyed' | 'ended';
  datagrams: number;
  /** The certificate is the one in the offer, and the client has signed with its key. */
  isProved: boolean;
  /** A Finished that overtook the rest of its flight. */
  early?: DtlsRecord;
}

interface Parts {
  readonly state: State;
  readonly server: DtlsServer;
  /** Hands one record to werift. */
  readonly deliver: (record: Buffer) => void;
  readonly wanted: readonly Fingerprint[];
  readonly events: DtlsEvents;
  readonly inOrder: ReturnType<typeof handshakeOrder>;
}

/** `deliver` hands a record to the server; `wanted` are the fingerprints of the offer, of which one must match. */
export function dtlsAssociation(parts: Pick<Parts, 'server' | 'deliver' | 'wanted' | 'events'>): Dtls {
  const state: State = { phase: 'handshaking', datagrams: 0, isProved: false };
  const all: Parts = { ...parts, state, inOrder: handshakeOrder() };
  const { server, events } = parts;
  server.onConnect.subscribe(() => connected(all));
  server.onError.subscribe((error) => end(all, 'HandshakeFailed', messageOf(error)));
  return {
    receive: (datagram) => receive(all, datagram),
    close: () => {
      if (state.phase === 'keyed') events.send(protectedAlert(server, alertCode.closeNotify));
      stop(all);
    },
  };
}

function receive(parts: Parts, datagram: Uint8Array) {
  const { state } = parts;
  if (state.phase === 'handshaking' && ++state.datagrams > mostDatagrams)
    end(parts, 'HandshakeFailed', `the handshake does not end after ${mostDatagrams} datagrams`);
  if (datagram.byteLength > longestDatagram) return;
  for (const record of dtlsRecords(datagram)) {
    if (state.phase === 'ended') return;
    // With keys, what comes in the clear could come from anybody.
    if (state.phase === 'keyed' && record.epoch === 0) continue;
    try {
      if (record.type === contentType.alert) alerted(parts, record);
      else if (record.type === contentType.handshake && record.epoch > 0) finished(parts, record);
      else if (record.type === contentType.handshake) handshake(parts, record);
    } catch (error) {
      end(parts, 'HandshakeFailed', messageOf(error));
    }
  }
}

function handshake(parts: Parts, record: DtlsRecord) {
  const { state, deliver, inOrder } = parts;
  for (const { type, message, body } of handshakeFragments(record.fragment).flatMap(inOrder)) {
    if (state.phase !== 'handshaking') return;
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
  const transcript = parts.server.dtls.sortedHandshakeCache;
  const certificate = clientCertificate(transcript);
  if (certificate === undefined || !isSigned(transcript, certificate))
    return refuse(parts, 'BadSignature', 'the handshake is not signed with the key of the certificate');
  parts.state.isProved = true;
  if (parts.state.early) finished(parts, parts.state.early);
}

/** A protected handshake record. It can only be Finished: repeated, when our answer to it was lost. */
function finished(parts: Parts, record: DtlsRecord) {
  const { state, server, deliver } = parts;
  if (!state.isProved) {
    state.early = record;
    return;
  }
  const message = decrypted(server, record);
  if (message?.[0] !== handshakeType.finished) return;
  if (!isFinished(message, server.dtls.sortedHandshakeCache, server.cipher.masterSecret))
    return refuse(parts, 'HandshakeFailed', "the client's Finished does not match the handshake");
  deliver(encodedRecord(record));
}

function connected(parts: Parts) {
  if (parts.state.phase !== 'handshaking') return;
  const keys = srtpKeys(parts.server);
  if (keys === undefined) {
    const names = Object.keys(srtpProfile).join(' or ');
    return end(parts, 'HandshakeFailed', `the client offers no SRTP profile that we have (${names})`);
  }
  parts.state.phase = 'keyed';
  parts.events.onKeys(keys);
}

function alerted(parts: Parts, record: DtlsRecord) {
  const content = record.epoch > 0 ? decrypted(parts.server, record) : record.fragment;
  const [level, description] = content ?? [];
  if (description === alertCode.closeNotify) end(parts, 'Closed', 'the client closed the connection');
  else if (level === 2) end(parts, 'HandshakeFailed', `the client sent the fatal alert ${description}`);
}

function refuse(parts: Parts, reason: DtlsEnd, detail: string) {
  const { badCertificate, decryptError } = alertCode;
  parts.events.send(plainAlert(reason === 'FingerprintMismatch' ? badCertificate : decryptError));
  end(parts, reason, detail);
}

function end(parts: Parts, reason: DtlsEnd, detail: string) {
  if (parts.state.phase === 'ended') return;
  stop(parts);
  parts.events.onEnd(reason, detail);
}

function stop({ state, server }: Parts) {
  state.phase = 'ended';
  // The number of the last flight ends werift's loop of retransmissions, which would go on for half a minute.
  server.dtls.flight = 6;
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
