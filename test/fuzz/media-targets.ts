/** The readers of the media port. */
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { dependencyReader } from '#server/media/frame/dependency-descriptor.ts';
import { frameReader } from '#server/media/frame/frame-reader.ts';
import { signingKey } from '#server/media/ice/hmac-sha1.ts';
import { bindingRequest, isAuthentic } from '#server/media/ice/stun.ts';
import { successfulAnswer } from '#server/media/ice/stun-check.ts';
import { readRemb } from '#server/media/rtp/remb.ts';
import { readRtcp } from '#server/media/rtp/rtcp.ts';
import { emptyHeader, extensionNumber, extensionText, readHeader } from '#server/media/rtp/rtp.ts';
import { emptyFeedback, maxStatuses, nextTransportFeedback } from '#server/media/rtp/transport-feedback.ts';
import { certificateBody, firstCertificate, isSignedBy, signatureBody } from '#server/rtc/dtls/dtls-certificate.ts';
import { clientHello } from '#server/rtc/dtls/dtls-client-hello.ts';
import { fastestCrypto } from '#server/rtc/dtls/dtls-crypto.ts';
import { DtlsError, shortVector } from '#server/rtc/dtls/dtls-extension.ts';
import { clientsPoint } from '#server/rtc/dtls/dtls-key-exchange.ts';
import { messageOrder } from '#server/rtc/dtls/dtls-messages.ts';
import {
  contentType,
  dtlsRecords,
  encodedHandshake,
  encodedRecord,
  handshakeFragments,
  handshakeType,
} from '#server/rtc/dtls/dtls-record.ts';
import { agreed } from '#server/rtc/dtls/dtls-server-hello.ts';
import { p256Point } from '#server/rtc/dtls/p256-point.ts';
import { corpus as frames } from '#test/server/media/frame/corpus.ts';
import { descriptorCorpus } from '#test/server/media/frame/descriptor-corpus.ts';
import { hexCorpus } from './corpus.ts';
import { passedOnTargets } from './passed-on-targets.ts';
import type { Target } from './target.ts';

/** No socket of ours gets more at once. */
const longestDatagram = 2048;
const key = signingKey('password');

const stun = (): ((datagram: Buffer) => unknown) => (datagram) => {
  const request = bindingRequest(datagram);
  const answer = successfulAnswer(datagram);
  const signed = typeof request === 'string' ? answer : request;
  if (signed === undefined) return undefined;
  assert.equal(isAuthentic(datagram, signed, key), false);
  return [request, answer];
};

/** Ids of each form: 15 is none in the form of one byte. */
const ids = [0, 1, 2, 3, 4, 14, 15, 16, 200, 255];

function rtp() {
  const header = emptyHeader();
  return (packet: Buffer): unknown => {
    if (!readHeader(packet, header)) return undefined;
    assert.ok(header.length <= packet.length && header.extensionEnd <= packet.length);
    return [{ ...header }, ids.map((id) => [extensionText(packet, header, id), extensionNumber(packet, header, id)])];
  };
}

/** One number for many, since one run of a few bytes tells of thousands of packets. */
const folded = (values: ArrayLike<number>, count: number): number =>
  Array.from({ length: count }, (_, i) => values[i] ?? 0).reduce(
    (sum, value) => Math.trunc((31 * sum + value) % 2 ** 40),
    0,
  );

function transportFeedback() {
  const into = emptyFeedback();
  return (compound: Buffer): unknown => {
    const found: unknown[] = [];
    for (let at = 0; at >= 0; ) {
      const next = nextTransportFeedback(compound, at, into);
      assert.ok(next < 0 || (next > at && next <= compound.length));
      at = next;
      if (at < 0) continue;
      assert.ok(into.count <= maxStatuses);
      found.push([into.baseSequence, into.count, folded(into.statuses, into.count), folded(into.arrivals, into.count)]);
    }
    return found.length === 0 ? undefined : found;
  };
}

function rembs() {
  return (compound: Buffer): unknown => {
    const bitrate = readRemb(compound);
    assert.ok(bitrate >= -1 && Number.isFinite(bitrate));
    return bitrate < 0 ? undefined : bitrate;
  };
}

const dtls = (): ((datagram: Buffer) => unknown) => (datagram) => {
  const records = dtlsRecords(datagram);
  if (records.length === 0) return undefined;
  return records.map((record) => [record, handshakeFragments(record.fragment)]);
};

/** As a server does it by itself: through `node:ffi`, where that is, on memory of its own. */
const { ecdsa } = fastestCrypto();
const signedData = Buffer.from('all messages before');

type Readers = Readonly<Record<number, (body: Buffer) => unknown>>;

/** What each message of a client's is read by. The signature is held against the certificate that came before it. */
function flightReaders(): Readers {
  let certificate = Buffer.alloc(0);
  return {
    [handshakeType.clientHello]: agreed,
    [handshakeType.certificate]: (body) => {
      certificate = Buffer.from(firstCertificate(body));
      return p256Point(certificate) ?? certificate;
    },
    [handshakeType.clientKeyExchange]: clientsPoint,
    [handshakeType.certificateVerify]: (body) => isSignedBy(ecdsa, certificate, signedData, body),
  };
}

/** A client's flights, put in order as the server does, and each message read. */
const flights = (): ((datagram: Buffer) => unknown) => (datagram) => {
  const readers = flightReaders();
  const inOrder = messageOrder((type) => Object.hasOwn(readers, type));
  const whole = dtlsRecords(datagram).flatMap(({ fragment }) => handshakeFragments(fragment).flatMap(inOrder));
  if (whole.length === 0) return undefined;
  try {
    return whole.map(({ type, body }) => readers[type]?.(body));
  } catch (error) {
    assert.ok(error instanceof DtlsError && error.alert > 0, `${error}`);
    return [error.message, error.alert];
  }
};

/** The base point of P-256 (FIPS 186-4 section D.1.2.3), thus the key whose private half is 1, and how many points there are. */
const base = {
  x: '6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296',
  y: '4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5',
  order: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
};

/** As far as it is read: a version, a number, four empty sequences, and a key of P-256. */
const smallestCertificate = Buffer.from(
  `30693067a00002003000300030003000${'3059301306072a8648ce3d020106082a8648ce3d030107034200'}04${base.x}${base.y}`,
  'hex',
);

/** By that key, with the nonce 1 as well: (x, hash + x), in DER. The same in each run, unlike signatures of OpenSSL's. */
function signatureOfOne(): Buffer {
  const s = (BigInt(`0x${hash('sha256', signedData)}`) + BigInt(`0x${base.x}`)) % base.order;
  // The second begins with a bit of 1, which is no sign.
  return Buffer.from(`30450220${base.x}022100${s.toString(16)}`, 'hex');
}

/** Hellos and the flight that follows, whole and from message 0 on, as the order wants them. */
const flightCorpus = (): readonly Buffer[] => {
  const random = Buffer.alloc(32, 7);
  const bodies = [
    [handshakeType.clientHello, clientHello(random, Buffer.alloc(0))],
    [handshakeType.certificate, certificateBody(smallestCertificate)],
    [handshakeType.clientKeyExchange, shortVector(Buffer.alloc(32, 9))],
    [handshakeType.certificateVerify, signatureBody(signatureOfOne())],
  ] as const;
  const records = bodies.map(([type, body], message) => {
    const fragment = encodedHandshake(type, message, body);
    return encodedRecord({ type: contentType.handshake, epoch: 0, sequenceNumber: message, fragment });
  });
  return [...records.slice(0, 1), Buffer.concat(records)];
};

const isLayer = (id: number): boolean => id >= -1 && id < 8;
const isLength = (pixels: number): boolean => Number.isInteger(pixels) && pixels >= 0 && pixels <= 65_536;

function frame(codec: string) {
  const read = frameReader(codec);
  assert.ok(read);
  return (payload: Buffer): unknown => {
    const found = read(payload, payload.length % 2 === 0);
    if (found === undefined) return undefined;
    assert.ok(isLength(found.width) && isLength(found.height) && isLayer(found.temporalId) && isLayer(found.spatialId));
    if ('headerLength' in found)
      assert.ok(Number(found.headerLength) > 0 && Number(found.headerLength) < payload.length);
    return { ...found };
  };
}

function dependencyDescriptor() {
  const reader = dependencyReader();
  return (bytes: Buffer): unknown => {
    const found = reader.read(bytes, 0, bytes.length);
    if (found === undefined) return undefined;
    assert.ok(isLayer(found.spatialId) && isLayer(found.temporalId));
    assert.ok(found.activeTargets >= -1 && found.activeTargets < 2 ** 32);
    return [{ ...found }, structuredClone(reader.structure)];
  };
}

const rtcpCorpus = hexCorpus('rtcp');

export const mediaTargets: readonly Target<Buffer>[] = [
  { name: 'STUN', corpus: hexCorpus('stun'), most: longestDatagram, open: stun },
  { name: 'RTP headers and their extensions', corpus: hexCorpus('rtp'), most: longestDatagram, open: rtp },
  { name: 'RTCP', corpus: rtcpCorpus, most: longestDatagram, open: () => readRtcp },
  { name: 'REMB', corpus: rtcpCorpus, most: longestDatagram, open: rembs },
  {
    ...{ name: 'transport-wide feedback', corpus: [...hexCorpus('transport-feedback'), ...rtcpCorpus.slice(0, 2)] },
    ...{ most: longestDatagram, open: transportFeedback },
  },
  { name: 'DTLS records', corpus: hexCorpus('dtls'), most: longestDatagram, open: dtls },
  { name: 'flights of DTLS clients', corpus: flightCorpus(), most: longestDatagram, open: flights },
  ...Object.entries(frames).map(([codec, corpus]) => ({
    ...{ name: `headers of ${codec}`, corpus, most: longestDatagram },
    open: () => frame(codec),
  })),
  ...passedOnTargets,
  // All of a structure's templates, where they are not.
  { name: 'dependency descriptors', corpus: descriptorCorpus, most: 255, keeps: 50_000, open: dependencyDescriptor },
];
