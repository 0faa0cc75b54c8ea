import { X509Certificate } from 'node:crypto';
import { CipherContext, DtlsClient, HashAlgorithm, NamedCurveAlgorithm, SignatureAlgorithm } from 'werift';
import { type Fingerprint, fingerprintLine, fingerprints } from '#server/rtc/dtls/fingerprint.ts';

export interface Certificate {
  readonly certPem: string;
  readonly keyPem: string;
  /** Value of `a=fingerprint`. */
  readonly fingerprint: string;
  readonly wanted: readonly Fingerprint[];
}

/** A certificate as a client makes one for each connection. */
export async function certificate(): Promise<Certificate> {
  const { certPem, keyPem } = await CipherContext.createSelfSignedCertificateWithKey(
    { hash: HashAlgorithm.sha256_4, signature: SignatureAlgorithm.ecdsa_3 },
    NamedCurveAlgorithm.secp256r1_23,
  );
  const fingerprint = fingerprintLine(new X509Certificate(certPem).raw);
  return { certPem, keyPem, fingerprint, wanted: fingerprints([{ name: 'fingerprint', value: fingerprint }]) };
}

/** One side of a handshake by werift, over any way to send datagrams. */
export interface WeriftSide<T> {
  readonly dtls: T;
  /** Takes a datagram from the other side. */
  receive(datagram: Uint8Array): void;
  connect(): void;
  /** Ends its retransmissions, which would keep the process for half a minute. */
  stop(): void;
}

export type Client = WeriftSide<DtlsClient>;

/** What either side of werift's is made with, and how it gets datagrams. */
export function weriftSide(
  { certPem, keyPem }: Pick<Certificate, 'certPem' | 'keyPem'>,
  send: (datagram: Uint8Array) => void,
  srtpProfiles: readonly (1 | 7)[] = [7, 1],
) {
  const transport = {
    type: 'udp4',
    address: { address: '127.0.0.1', family: 'IPv4', port: 0 },
    closed: false,
    onData: (_datagram: Buffer, _from: readonly [string, number]) => {},
    send: async (datagram: Buffer) => send(new Uint8Array(datagram)),
    close: async () => {},
  };
  const options = {
    transport,
    cert: certPem,
    key: keyPem,
    signatureHash: { hash: HashAlgorithm.sha256_4, signature: SignatureAlgorithm.ecdsa_3 },
    srtpProfiles: [...srtpProfiles],
    extendedMasterSecret: true,
  };
  return { options, receive: (datagram: Uint8Array) => transport.onData(Buffer.from(datagram), ['127.0.0.1', 0]) };
}

/** werift's DTLS client. */
export function dtlsClient(...made: Parameters<typeof weriftSide>): Client {
  const { options, receive } = weriftSide(...made);
  const dtls = new DtlsClient(options);
  return {
    dtls,
    receive,
    // A failed handshake is seen on the server's side.
    connect: () => void dtls.connect().catch(() => undefined),
    stop: () => {
      dtls.dtls.flight = 7;
    },
  };
}
