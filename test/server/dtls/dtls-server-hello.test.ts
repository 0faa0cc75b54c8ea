import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientHello, serverHello } from '#server/rtc/dtls/dtls-client-hello.ts';
import { DtlsError } from '#server/rtc/dtls/dtls-extension.ts';
import { agreed, encodedServerHello } from '#server/rtc/dtls/dtls-server-hello.ts';

type Extensions = Readonly<Record<number, readonly number[]>>;

interface Said {
  readonly version?: number;
  readonly suites?: readonly number[];
  readonly compressions?: readonly number[];
  readonly extensions?: Extensions;
}

const [groups, formats, algorithms, srtp, extendedSecret, versions, renegotiation] = [10, 11, 13, 14, 23, 43, 0xff01];
const usual: Extensions = {
  [groups]: [0, 4, 0, 23, 0, 29],
  [formats]: [1, 0],
  [algorithms]: [0, 4, 8, 4, 4, 3],
  [srtp]: [0, 4, 0, 1, 0, 7, 0],
  [extendedSecret]: [],
  [renegotiation]: [0],
};
const without = (type: number): Extensions =>
  Object.fromEntries(Object.entries(usual).filter(([at]) => Number(at) !== type));

const two = (value: number) => [value >> 8, value & 255];
const hello = ({ version = 0xfefd, suites = [0xc02b], compressions = [0], extensions = usual }: Said = {}): Buffer => {
  const encoded = Object.entries(extensions).flatMap(([type, body]) => [
    ...two(Number(type)),
    ...two(body.length),
    ...body,
  ]);
  return Buffer.from([
    ...[...two(version), ...Array(32).fill(9), 0, 0],
    ...[...two(2 * suites.length), ...suites.flatMap(two), compressions.length, ...compressions],
    ...[...two(encoded.length), ...encoded],
  ]);
};

test('we choose X25519 and AES-GCM where the client has them, whatever it puts first', () => {
  assert.deepEqual(agreed(hello()), {
    random: Buffer.alloc(32, 9),
    group: 29,
    profile: 7,
    hasPointFormats: true,
    knowsRenegotiation: true,
  });
  const only = agreed(hello({ extensions: { ...usual, [groups]: [0, 4, 0, 24, 0, 23], [srtp]: [0, 2, 0, 1, 0] } }));
  assert.deepEqual([only.group, only.profile], [23, 1]);
  assert.equal(agreed(hello({ extensions: without(groups) })).group, 23, 'who names no group takes any');
});

test('a client of DTLS 1.3 that has 1.2 as well is taken, with what it makes up to see whether we mind', () => {
  const [of13, grease] = [{ [versions]: [4, 0xfe, 0xfc, 0xfe, 0xfd] }, { 6682: [], 10794: [1] }];
  assert.equal(
    agreed(hello({ suites: [0x0a0a, 0x1301, 0xc02b], extensions: { ...usual, ...of13, ...grease } })).group,
    29,
  );
});

test('our hello answers what the client offered, and nothing else, as our own client finds', () => {
  const random = Buffer.alloc(32, 5);
  const own = agreed(clientHello(Buffer.alloc(32, 1), Buffer.alloc(0)));
  assert.deepEqual(serverHello(encodedServerHello(random, own)), { random, profile: 7 });
  const typesIn = (said: Extensions, suites = [0xc02b]) => {
    const answer = encodedServerHello(random, agreed(hello({ extensions: said, suites })));
    const types: number[] = [];
    for (let at = 40; at < answer.length; at += 4 + answer.readUInt16BE(at + 2)) types.push(answer.readUInt16BE(at));
    return types;
  };
  assert.deepEqual(typesIn(usual), [renegotiation, formats, extendedSecret, srtp]);
  const { [formats ?? 0]: _, ...bare } = without(renegotiation ?? 0);
  assert.deepEqual(typesIn(bare), [extendedSecret, srtp]);
  assert.deepEqual(typesIn(bare, [0xc02b, 0x00ff]), [renegotiation, extendedSecret, srtp], 'asked by a cipher suite');
});

test('a client that lacks what a handshake of ours has is told what, and by which alert', () => {
  const changed = (type = 0, body: readonly number[] = []) => ({ extensions: { ...usual, [type]: body } });
  const lacking = (type = 0) => ({ extensions: without(type) });
  const wrong: readonly (readonly [Said, RegExp, number])[] = [
    [{ version: 0xfeff }, /lacks DTLS 1.2/, 70],
    [{ version: 0x0303 }, /lacks DTLS 1.2/, 70],
    [changed(versions, [2, 0xfe, 0xfc]), /lacks DTLS 1.2/, 70],
    [{ suites: [0xc02f, 0xc00a] }, /ECDHE_ECDSA_WITH_AES_128_GCM/, 40],
    [{ compressions: [1] }, /compression/, 47],
    [lacking(algorithms), /does not verify ECDSA/, 40],
    [changed(algorithms, [0, 2, 4, 1]), /does not verify ECDSA/, 40],
    [lacking(extendedSecret), /no extended master secret/, 40],
    [changed(renegotiation, [1, 9]), /another one/, 40],
    [changed(formats, [1, 1]), /points/, 47],
    [changed(groups, [0, 2, 0, 24]), /neither X25519 nor P-256/, 40],
    [lacking(srtp), /no SRTP profile that we have \(AEAD_AES_128_GCM or/, 40],
    [changed(srtp, [0, 2, 0, 8, 0]), /no SRTP profile/, 40],
  ];
  for (const [said, says, alert] of wrong)
    assert.throws(
      () => agreed(hello(said)),
      (error) => error instanceof DtlsError && says.test(error.message) && error.alert === alert,
      `${says}`,
    );
});
