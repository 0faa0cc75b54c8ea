import assert from 'node:assert/strict';
import { test } from 'node:test';
import { queryObjects } from 'node:v8';
import { downStream, sendSealed } from '#server/media/down/down-stream.ts';
import { noMatch } from '#server/media/down/epoch.ts';
import { pictureShifts } from '#server/media/down/picture-id.ts';
import { sendPadding } from '#server/media/down/rtx.ts';
import { signingKey } from '#server/media/ice/hmac-sha1.ts';
import { ask, path } from '#server/media/ice/path-check.ts';
import { integrity } from '#server/media/ice/stun.ts';
import { type SrtpProfile, srtpProfile } from '#server/media/plane.ts';
import { emptyPacket } from '#server/media/rtp/packet-cache.ts';
import { aesBlocks, aesBlocksOfNode } from '#server/media/srtp/aes-blocks.ts';
import { inbox } from '#server/media/srtp/inbox.ts';
import { closeSrtp, srtpSession } from '#server/media/srtp/srtp.ts';
import { masterLength } from '#server/media/srtp/srtp-keys.ts';
import { iceSession, transport } from '#server/media/transport.ts';
import { eventually } from '#test/harness/eventually.ts';
import { videoDown, vp8 } from './peer.ts';
import { stunCheck } from './stun-client.ts';

/** Of each kind. */
const clients = 16;
/** A page of the pool has 64 kB: of eight kinds one that keeps its pages is too many. */
const mostBytes = 4096;

const iceSpec = { localUfrag: 'ours', localPwd: 'p'.repeat(24), remoteUfrag: 'theirs', remotePwd: 'q'.repeat(24) };

function keys(profile: SrtpProfile) {
  const { key, salt } = masterLength[profile];
  const own = (length: number) => new Uint8Array(length).fill(7);
  return { profile, localKey: own(key), localSalt: own(salt), remoteKey: own(key), remoteSalt: own(salt) };
}

const boxes = { inbox: inbox(), aes: aesBlocks() };
const { AEAD_AES_128_GCM: gcm, AES128_CM_HMAC_SHA1_80: counterMode } = srtpProfile;

/** What a media thread keeps of each client. */
const kept: readonly (() => unknown)[] = [
  () => iceSession(iceSpec),
  () => iceSession({ ...iceSpec, localPwd: 'p'.repeat(200), remotePwd: 'q'.repeat(200) }),
  () => srtpSession(keys(gcm), boxes),
  () => srtpSession(keys(counterMode), boxes),
  () => srtpSession(keys(gcm), { aes: aesBlocksOfNode }),
  asked,
  sentPadding,
  sentToFullSocket,
];

/** A path with a check of ours that was not answered yet. */
function asked() {
  const at = path({ address: '192.0.2.1', port: 1 }, false);
  const world = { now: () => 0, randomBytes: (size: number) => Buffer.alloc(size), send: () => true };
  ask(iceSession(iceSpec), at, world as unknown as Parameters<typeof ask>[2]);
  return at;
}

/** To a client whose keys are known. */
function stream() {
  const to = transport({ ...iceSpec, id: 'viewer' }, 1, 0);
  to.srtp = srtpSession(keys(gcm));
  const down = downStream(videoDown(1000, { rtxSsrc: 1001, codecs: [vp8(120, 121)] }), to, () => 0.5);
  down.match = { ...noMatch, rtxPayloadTypes: Int16Array.of(121), payloadTypes: Int16Array.of(120) };
  return down;
}

function sentPadding() {
  const down = stream();
  sendPadding(down, 0, () => true);
  return down;
}

function sentToFullSocket() {
  const down = stream();
  const { match } = down;
  const shifts = { timestampShift: 0, pictures: pictureShifts(down.picturesSent, undefined) };
  const epoch = { match, ...shifts } as Parameters<typeof sendSealed>[1];
  sendSealed(down, epoch, { ...emptyPacket(), payloadType: 0 }, undefined, 1, 0, () => false);
  return down;
}

/** What comes and goes between one client and the next takes the pool's page. */
function passTime(): void {
  for (let i = 0; i < 4; i++) Buffer.allocUnsafe(Buffer.poolSize / 2 - 8);
}

class Nothing {}
const bytesNow = (): number => {
  queryObjects(Nothing, { format: 'count' }); // collects garbage
  return process.memoryUsage().arrayBuffers;
};

test("what is kept of a client keeps no page of Buffer's pool", async () => {
  const before = bytesNow();
  const all: unknown[] = [];
  for (const make of kept)
    for (let i = 0; i < clients; i++) {
      all.push(make());
      passTime();
    }
  await eventually('little is kept', () => (bytesNow() - before) / all.length < mostBytes);
});

test('nothing of a password is left in the memory that a check is signed in', () => {
  const password = 'correct horse battery staple';
  const check = stunCheck({ username: 'ours:theirs', password });
  passTime(); // who signed that left the password
  const page = () => Buffer.from(Buffer.allocUnsafe(8).buffer);
  const before = page();
  integrity(check, 40, signingKey(password));
  const letters = Array.from(password, (letter) => letter.charCodeAt(0));
  for (const by of [0, 0x36, 0x5c]) {
    const trace = Uint8Array.from(letters, (letter) => letter ^ by);
    for (const pool of [before, page()]) assert.equal(pool.includes(trace), false, `xor ${by}`);
  }
});

for (const [name, profile] of Object.entries(srtpProfile))
  test(`keys of ${name} are overwritten when their session is closed`, () => {
    const session = srtpSession(keys(profile), boxes);
    const bytes = () =>
      session.keys.flatMap(({ encryption, authentication }) =>
        [encryption, authentication].map((b) => b.toString('hex')),
      );
    const before = bytes();
    closeSrtp(session);
    const left = bytes().filter((text, i) => text !== '' && text === before[i]);
    assert.deepEqual(left, []);
    assert.ok(!bytes().includes('0'.repeat(32)), 'nor by what everybody knows');
  });
