import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { findProgram } from '#local/path.ts';
import { run } from '#local/run.ts';
import type { SrtpKeys } from '#server/media/plane.ts';
import { dtlsIdentity } from '#server/rtc/dtls/dtls.ts';
import type { Dtls, DtlsEvents } from '#server/rtc/dtls/dtls-association.ts';
import { fingerprintLine, fingerprints } from '#server/rtc/dtls/fingerprint.ts';
import { eventually } from '#test/harness/eventually.ts';

const openssl = await findProgram('openssl', process.env);
const skip = openssl === undefined && 'the openssl program is not installed';

/** How OpenSSL's DTLS server is to be: its key, and its options beside those that all have. */
const servers = {
  'an ECDSA key and X25519, and no cookie': {
    key: ['ec', 'ec_paramgen_curve:P-256'],
    options: ['-groups', 'X25519:P-256'],
  },
  'an RSA key and P-256': { key: ['rsa', 'rsa_keygen_bits:2048'], options: ['-groups', 'P-256'] },
  'a cookie, and without asking for our certificate': {
    key: ['ec', 'ec_paramgen_curve:P-256'],
    options: ['-listen'],
  },
} as const;

for (const [what, { key, options }] of Object.entries(servers))
  test(`as the client we agree with OpenSSL: ${what} (C-11)`, { skip }, async (t) => {
    const asks = options.includes('-listen' as never) ? [] : ['-Verify', '1'];
    const server = await opensslServer(t, key, [...options, ...asks]);
    const us = await overUdp(t, (events) => dtlsIdentity().connect(server.wanted, events), server.port);
    us.dtls.begin();
    await agreed(us, server.told, (ours) => [ours.localKey, ours.remoteKey, ours.localSalt, ours.remoteSalt]);
  });

/** What OpenSSL's DTLS client has, and its options. */
const clients = {
  'an ECDSA key and X25519': { key: servers['an ECDSA key and X25519, and no cookie'].key, options: [] },
  'an RSA key and P-256': { key: servers['an RSA key and P-256'].key, options: ['-groups', 'P-256'] },
  'a path that lets through 300 bytes': { key: servers['an RSA key and P-256'].key, options: ['-mtu', '300'] },
} as const;

for (const [what, { key, options }] of Object.entries(clients))
  test(`as the server we agree with OpenSSL: ${what} (C-11)`, { skip }, async (t) => {
    const own = await opensslCertificate(t, key);
    const us = await overUdp(t, (events) => dtlsIdentity().accept(own.wanted, events));
    const told = opensslRuns(t, ['s_client', '-connect', `127.0.0.1:${us.port}`, ...own.files, ...options]);
    await agreed(us, told, (ours) => [ours.remoteKey, ours.localKey, ours.remoteSalt, ours.localSalt]);
  });

interface Us {
  readonly dtls: Dtls;
  readonly port: number;
  keys?: SrtpKeys;
  end?: readonly string[];
}

/** Our side, at a port of its own until the test is over. It sends to whom it heard last, and before that to `port`. */
async function overUdp(t: TestContext, join: (events: DtlsEvents) => Dtls, port = 0): Promise<Us> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  let to = port;
  const dtls = join({
    send: (datagram) => socket.send(datagram, to, '127.0.0.1'),
    onKeys: (keys) => {
      us.keys = keys;
    },
    onEnd: (...end) => {
      us.end = end;
    },
  });
  const us: Us = { dtls, port: socket.address().port };
  t.after(() => {
    dtls.close();
    socket.close();
  });
  socket.on('message', (datagram, from) => {
    to = from.port;
    dtls.receive(datagram);
  });
  return us;
}

/** Fails unless OpenSSL tells the same keys and salts: the client's before the server's (RFC 5764 section 4.2). */
async function agreed(us: Us, told: () => string, inOrder: (keys: SrtpKeys) => readonly Uint8Array[]) {
  await eventually('the handshake has an outcome', () => us.keys ?? us.end);
  assert.equal(us.end, undefined);
  const material = await eventually('OpenSSL has keys', () => /Keying material: (\w+)/.exec(told())?.[1]);
  const keys = us.keys ?? assert.fail('no keys');
  assert.equal(keys.profile, 7);
  assert.equal(Buffer.concat(inOrder(keys)).toString('hex'), material.toLowerCase());
}

async function opensslServer(t: TestContext, key: readonly [string, string], options: readonly string[]) {
  const own = await opensslCertificate(t, key);
  const told = opensslRuns(t, ['s_server', '-accept', '127.0.0.1:0', ...own.files, ...options]);
  const port = await eventually('it listens', () => /ACCEPT \S+:(\d+)/.exec(told())?.[1]);
  return { port: Number(port), wanted: own.wanted, told };
}

/** Goes with the test. */
async function opensslCertificate(t: TestContext, [algorithm, option]: readonly [string, string]) {
  const dir = await mkdtemp(join(tmpdir(), 'liveroom-openssl-'));
  t.after(() => rm(dir, { recursive: true }));
  const [cert, key] = [join(dir, 'cert.pem'), join(dir, 'key.pem')];
  const make = ['req', '-x509', '-newkey', algorithm, '-pkeyopt', option, '-nodes', '-subj', '/CN=peer', '-days', '2'];
  await run(openssl ?? '', [...make, '-keyout', key, '-out', cert], { env: process.env });
  const value = fingerprintLine(new X509Certificate(await readFile(cert)).raw);
  return { files: ['-cert', cert, '-key', key], wanted: fingerprints([{ name: 'fingerprint', value }]) };
}

/** Until the test is over. Returns what it has said so far. */
function opensslRuns(t: TestContext, args: readonly string[]): () => string {
  const child = spawn(openssl ?? '', [
    ...args,
    ...['-dtls1_2', '-use_srtp', 'SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80'],
    ...['-keymatexport', 'EXTRACTOR-dtls_srtp', '-keymatexportlen', '56'],
  ]);
  t.after(async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  let told = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      told += text;
    });
  return () => told;
}
