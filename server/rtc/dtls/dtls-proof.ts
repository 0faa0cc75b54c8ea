/**
 * What makes the client's certificate more than a copy: the client signs the handshake with the certificate's key
 * (CertificateVerify, RFC 5246 section 7.4.8) and both sides hash the same handshake (Finished, section 7.4.9). werift
 * reads both messages and checks neither; without these checks anybody on the path could show somebody else's
 * certificate, whose fingerprint would match.
 */
import { verify, X509Certificate } from 'node:crypto';
import { handshakeType } from './dtls-record.ts';
import { isFinishedOf, type TranscriptMessage, transcriptBytes } from './dtls-secrets.ts';

/** ecdsa_secp256r1_sha256 and rsa_pkcs1_sha256: what our certificate request asks for. */
const signatureAlgorithms: ReadonlySet<number> = new Set([0x0403, 0x0401]);

/** The first certificate (DER) of the client's chain; undefined when it has sent none. */
export function clientCertificate(transcript: readonly TranscriptMessage[]): Buffer | undefined {
  // Ours is in the transcript too: the client's flight begins after our ServerHelloDone.
  const ours = transcript.findIndex(({ msg_type }) => msg_type === handshakeType.serverHelloDone);
  const theirs = ours < 0 ? [] : transcript.slice(ours);
  const body = theirs.find(({ msg_type }) => msg_type === handshakeType.certificate)?.fragment;
  if (body === undefined || body.length < 6) return undefined;
  const length = body.readUIntBE(3, 3);
  return length > 0 && 6 + length <= body.length ? body.subarray(6, 6 + length) : undefined;
}

/** Whether the client signed this very handshake with its certificate's key. */
export function isSigned(transcript: readonly TranscriptMessage[], certificate: Buffer): boolean {
  const at = transcript.findIndex(({ msg_type }) => msg_type === handshakeType.certificateVerify);
  const body = transcript[at]?.fragment;
  if (body === undefined || body.length < 4 || !signatureAlgorithms.has(body.readUInt16BE(0))) return false;
  const signature = body.subarray(4, 4 + body.readUInt16BE(2));
  try {
    return verify(
      'sha256',
      transcriptBytes(transcript.slice(0, at)),
      new X509Certificate(certificate).publicKey,
      signature,
    );
  } catch {
    return false; // not a certificate, or a key that cannot sign
  }
}

/** Whether a Finished message (with its header) proves that the client saw the same handshake. */
export const isFinished = (message: Buffer, transcript: readonly TranscriptMessage[], masterSecret: Buffer): boolean =>
  isFinishedOf(
    'client',
    message,
    transcript.filter(({ msg_type }) => msg_type !== handshakeType.finished),
    masterSecret,
  );
