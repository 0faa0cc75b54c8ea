import { DtlsServer, HashAlgorithm, SignatureAlgorithm } from 'werift';
import type { Certificate } from './dtls-client.ts';

/** A client that waits for us to begin, as ffmpeg does: werift's DTLS server over any way to send datagrams. */
export interface Waiting {
  readonly dtls: DtlsServer;
  /** Takes a datagram from us. */
  receive(datagram: Uint8Array): void;
  connect(): void;
  /** Ends its retransmissions, which would keep the process for half a minute. */
  stop(): void;
}

export function dtlsServer(
  { certPem, keyPem }: Pick<Certificate, 'certPem' | 'keyPem'>,
  send: (datagram: Uint8Array) => void,
  srtpProfiles: readonly (1 | 7)[] = [7, 1],
): Waiting {
  const transport = {
    type: 'udp4',
    address: { address: '127.0.0.1', family: 'IPv4', port: 0 },
    closed: false,
    onData: (_datagram: Buffer, _from: readonly [string, number]) => {},
    send: async (datagram: Buffer) => send(new Uint8Array(datagram)),
    close: async () => {},
  };
  const dtls = new DtlsServer({
    transport,
    cert: certPem,
    key: keyPem,
    signatureHash: { hash: HashAlgorithm.sha256_4, signature: SignatureAlgorithm.ecdsa_3 },
    srtpProfiles: [...srtpProfiles],
    extendedMasterSecret: true,
    certificateRequest: true,
  });
  return {
    dtls,
    receive: (datagram) => transport.onData(Buffer.from(datagram), ['127.0.0.1', 0]),
    connect: () => {},
    stop: () => {
      dtls.dtls.flight = 6;
    },
  };
}
