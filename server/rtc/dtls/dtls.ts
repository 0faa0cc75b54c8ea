import { createPrivateKey, sign } from 'node:crypto';
import { srtpProfile } from '#server/media/plane.ts';
import { type Dtls, type DtlsEvents, dtlsAssociation } from './dtls-association.ts';
import { dtlsClientHandshake } from './dtls-client-handshake.ts';
import { dtlsHandshake } from './dtls-handshake.ts';
import { packed } from './dtls-record.ts';
import { type Fingerprint, fingerprintLine } from './fingerprint.ts';
import { credentials } from './werift-server.ts';
import { nativeX25519, replaceX25519, weriftsX25519 } from './x25519.ts';

/** What all associations of this process share. */
export interface DtlsIdentity {
  /** Value of `a=fingerprint`. */
  readonly fingerprint: string;
  /** Waits for a client to begin a handshake; its certificate must match one of the fingerprints. */
  accept(wanted: readonly Fingerprint[], events: DtlsEvents): Dtls;
  /** For a client that waits for us: we begin the handshake, when `begin` is called. */
  connect(wanted: readonly Fingerprint[], events: DtlsEvents): Dtls;
}

/**
 * Makes the process's certificate. Loads werift, which takes 0.1 s and 40 MB, so not before it is needed. Of werift
 * only the DTLS 1.2 server is used; ICE and SRTP are our own, and X25519 is OpenSSL's.
 */
export async function dtlsIdentity(): Promise<DtlsIdentity> {
  const { CipherContext, DtlsServer, HashAlgorithm, NamedCurveAlgorithm, SignatureAlgorithm } = await import('werift');
  replaceX25519(weriftsX25519(), nativeX25519());
  const { certPem, keyPem, signatureHash } = await CipherContext.createSelfSignedCertificateWithKey(
    { hash: HashAlgorithm.sha256_4, signature: SignatureAlgorithm.ecdsa_3 },
    NamedCurveAlgorithm.secp256r1_23,
  );
  const shared = credentials(certPem, keyPem, signatureHash);
  const key = createPrivateKey(keyPem);
  const own = { certificate: shared.localCert, sign: (data: Uint8Array) => sign('sha256', data, key) };
  return {
    fingerprint: fingerprintLine(shared.localCert),
    accept: (wanted, events) => {
      const transport = customTransport((datagram) => events.send(datagram));
      const server = new DtlsServer({
        transport,
        srtpProfiles: [srtpProfile.AEAD_AES_128_GCM, srtpProfile.AES128_CM_HMAC_SHA1_80],
        extendedMasterSecret: true,
        certificateRequest: true,
      });
      Object.assign(server.cipher, shared);
      const deliver = (record: Buffer) => transport.onData(record, nowhere);
      return dtlsAssociation((told) => dtlsHandshake({ ...told, server, deliver, wanted }), events);
    },
    connect: (wanted, events) => dtlsAssociation((told) => dtlsClientHandshake({ ...told, ...own, wanted }), events),
  };
}

/** werift passes the sender's address on to nobody. */
const nowhere = ['0.0.0.0', 0] as const;

/**
 * What werift takes for a socket. It puts its own function in place of `onData`, and sends each record by itself; but a
 * datagram costs two threads and the network more than what is in it, so those of one flight go together.
 */
function customTransport(send: (datagram: Uint8Array) => void) {
  let flight: Buffer[] = [];
  const flush = () => {
    for (const datagram of packed(flight)) send(datagram);
    flight = [];
  };
  return {
    type: 'udp4',
    address: { address: '0.0.0.0', family: 'IPv4', port: 0 },
    closed: false,
    onData: (_datagram: Buffer, _from: readonly [string, number]) => {},
    send: async (record: Buffer) => {
      if (flight.push(record) === 1) queueMicrotask(flush);
    },
    close: async () => {},
  };
}
