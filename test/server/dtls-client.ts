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

export interface Client {
  readonly dtls: DtlsClient;
  /** Takes a datagram from the server. */
  receive(datagram: Uint8Array): void;
  connect(): void;
  /** Ends its retransmissions, which would keep the process for half a minute. */
  stop(): void;
}

/** werift's DTLS client over any way to send datagrams. */
export function dtlsClient(
  { certPem, keyPem }: Pick<Certificate, 'certPem' | 'keyPem'>,
  send: (datagram: Uint8Array) => void,
  srtpProfiles: readonly (1 | 7)[] = [7, 1],
): Client {
  const transport = {
    type: 'udp4',
    address: { address: '127.0.0.1', family: 'IPv4', port: 0 },
    closed: false,
    onData: (_datagram: Buffer, _from: readonly [string, number]) => {},
    send: async (datagram: Buffer) => send(new Uint8Array(datagram)),
    close: async () => {},
  };
  const dtls = new DtlsClient({
    transport,
    cert: certPem,
    key: keyPem,
    signatureHash: { hash: HashAlgorithm.sha256_4, signature: SignatureAlgorithm.ecdsa_3 },
    srtpProfiles: [...srtpProfiles],
    extendedMasterSecret: true,
  });
  return {
    dtls,
    receive: (datagram) => transport.onData(Buffer.from(datagram), ['127.0.0.1', 0]),
    // A failed handshake is seen on the server's side.
    connect: () => void dtls.connect().catch(() => undefined),
    stop: () => {
      dtls.dtls.flight = 7;
    },
  };
}
