import { draws } from '#server/draws.ts';
import { bytesForStrangers, type Dtls, type DtlsEvents, dtlsAssociation } from './dtls-association.ts';
import { dtlsClientHandshake } from './dtls-client-handshake.ts';
import { fastestCrypto } from './dtls-crypto.ts';
import { handshakePlaces } from './dtls-places.ts';
import { dtlsServerHandshake, serverSelf } from './dtls-server-handshake.ts';
import { type Fingerprint, fingerprintLine } from './fingerprint.ts';
import { selfSigned } from './self-signed.ts';

/** What all associations of this process share. */
export interface DtlsIdentity {
  /** Value of `a=fingerprint`. */
  readonly fingerprint: string;
  /** Waits for a client to begin a handshake; its certificate must match one of the fingerprints. */
  accept(wanted: readonly Fingerprint[], events: DtlsEvents): Dtls;
  /** For a client that waits for us: we begin the handshake, when `begin` is called. */
  connect(wanted: readonly Fingerprint[], events: DtlsEvents): Dtls;
  /** Handshakes that have begun, and neither ended nor come to keys. */
  readonly pending: () => number;
}

/** Twice as many as may be on their way in (capacity.ts). A hello that finds no place is repeated by its client. */
const mostPending = 1000;

/** Makes the process's certificate. */
export function dtlsIdentity({ nowMs = Date.now(), most = mostPending, crypto = fastestCrypto() } = {}): DtlsIdentity {
  const { certificate, key } = selfSigned(nowMs);
  const own = { certificate, sign: crypto.ecdsa.signer(key), crypto, draw: draws() };
  const server = serverSelf(own);
  const places = handshakePlaces(most);
  return {
    fingerprint: fingerprintLine(certificate),
    accept: (wanted, events) =>
      dtlsAssociation((told) => dtlsServerHandshake({ ...told, ...server, wanted }), events, {
        places,
        mostBytes: bytesForStrangers,
      }),
    connect: (wanted, events) =>
      dtlsAssociation((told) => dtlsClientHandshake({ ...told, ...own, wanted }), events, {
        places,
        // Who waits for us says nothing before a hello of ours has come through.
        mostBytes: Number.POSITIVE_INFINITY,
      }),
    pending: places.taken,
  };
}
