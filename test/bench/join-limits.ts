/**
 * What of a join nobody can do without, by itself on this machine: OpenSSL's work of a handshake, called as the server calls
 * it, and an HTTP server that takes an offer and gives an answer, and knows nothing.
 */
import { randomBytes } from 'node:crypto';
import { fastestCrypto } from '#server/rtc/dtls/dtls-crypto.ts';
import { recordProtection } from '#server/rtc/dtls/dtls-protection.ts';
import { x25519OfNode } from '#server/rtc/dtls/dtls-x25519.ts';
import { selfSigned } from '#server/rtc/dtls/self-signed.ts';
import { smallOffer } from '#test/server/offers.ts';
import { startChild } from './forwarding-child.ts';
import { median } from './quantile.ts';

const rounds = 9;
const callsPerRound = 400;
const requestsPerRound = 1000;
const atOnce = 50;

/** µs of this thread for a call. */
function cost(call: () => unknown): number {
  const each = Array.from({ length: rounds }, () => {
    const before = process.threadCpuUsage();
    for (let i = 0; i < callsPerRound; i++) call();
    const { user, system } = process.threadCpuUsage(before);
    return (user + system) / callsPerRound;
  });
  return median(each);
}

function opensslCosts(): Readonly<Record<string, number>> {
  const { certificate, key } = selfSigned(Date.now());
  const { prf, ecdsa, x25519 } = fastestCrypto();
  const theirs = x25519OfNode().point;
  const transcript = randomBytes(1300);
  const sign = ecdsa.signer(key);
  const signature = sign(transcript);
  const [master, seed] = [randomBytes(48), randomBytes(64)];
  const recordKey = { key: randomBytes(16), salt: randomBytes(4) };
  const record = { type: 22, epoch: 1, sequenceNumber: 0, fragment: randomBytes(24) };
  return {
    'a key of X25519, and what both share': cost(() => x25519().secret(theirs)),
    'our signature': cost(() => sign(transcript)),
    "the client's signature": cost(() => ecdsa.isSigned(certificate, transcript, signature)),
    'secrets, of 16 HMACs': cost(() => {
      for (const length of [48, 40, 12, 12, 56]) prf(master, 'label', seed, length);
    }),
    'two protected records': cost(() => {
      const protection = recordProtection({ ours: recordKey, theirs: recordKey });
      return protection.open(protection.seal(record));
    }),
  };
}

/** µs of a whole process, all of its threads, for a request. */
async function httpCost(): Promise<number> {
  const server = await startChild(new URL('./bare-http-child.ts', import.meta.url));
  const url = await server.ask<string>(1000);
  const body = smallOffer();
  const request = async () => (await fetch(url, { method: 'POST', body })).text();
  const costs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const before = await server.usage();
    for (let i = 0; i < requestsPerRound; i += atOnce) await Promise.all(Array.from({ length: atOnce }, request));
    const { cpuMicroseconds } = await server.usage();
    costs.push((cpuMicroseconds - before.cpuMicroseconds) / requestsPerRound);
  }
  await server.stop();
  return median(costs);
}

/** µs of each. */
export const joinLimits = async (): Promise<Readonly<Record<string, number>>> => ({
  ...opensslCosts(),
  'a request, by an HTTP server that knows nothing': await httpCost(),
});
