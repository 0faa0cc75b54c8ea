import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type RecordKey, recordProtection } from '#server/rtc/dtls/dtls-protection.ts';
import { contentType, type DtlsRecord } from '#server/rtc/dtls/dtls-record.ts';
import { freshSeed, randomBytes, seeded } from '#test/harness/seeded.ts';

const key = (fill: number): RecordKey => ({ key: Buffer.alloc(16, fill), salt: Buffer.alloc(4, fill + 1) });
const [ours, theirs] = [key(1), key(5)];
const here = recordProtection({ ours, theirs });
const there = recordProtection({ ours: theirs, theirs: ours });
const record: DtlsRecord = {
  type: contentType.alert,
  epoch: 1,
  sequenceNumber: 0x0102030405,
  fragment: Buffer.from([1, 0]),
};

test('a record comes out as it went in, at the other end alone', () => {
  const sealed = there.seal(record);
  assert.equal(sealed.fragment.length, 8 + 2 + 16);
  assert.deepEqual(here.open(sealed), record.fragment);
  assert.equal(there.open(sealed), undefined);
  assert.deepEqual(here.open(there.seal({ ...record, fragment: Buffer.alloc(0) })), Buffer.alloc(0));
});

test('a record of another type, epoch or number than it was sealed as is not authentic', () => {
  const sealed = there.seal(record);
  const changes: readonly Partial<DtlsRecord>[] = [
    { type: contentType.handshake },
    { epoch: 2 },
    { sequenceNumber: record.sequenceNumber + 1 },
  ];
  for (const changed of changes)
    assert.equal(here.open({ ...sealed, ...changed }), undefined, Object.keys(changed).join());
});

test('a record that is cut, longer, changed or noise is not authentic, and nothing worse', (t) => {
  const seed = freshSeed();
  t.diagnostic(`seed ${seed}`);
  const random = seeded(seed);
  const sealed = there.seal(record);
  const { fragment } = sealed;
  const wrong = [
    ...Array.from(fragment, (_, length) => fragment.subarray(0, length)),
    ...Array.from(fragment, (byte, at) => Buffer.from(fragment.with(at, byte ^ (1 << Math.floor(random() * 8))))),
    Buffer.concat([fragment, Buffer.alloc(1)]),
    ...Array.from({ length: 500 }, () => randomBytes(random, Math.floor(random() * 100))),
  ];
  for (const each of wrong) assert.equal(here.open({ ...sealed, fragment: each }), undefined, each.toString('hex'));
});

test('it keeps copies of the keys: what they came from may be used for other things', () => {
  const lent = { ours: key(1), theirs: key(5) };
  const protection = recordProtection(lent);
  for (const { key: bytes, salt } of [lent.ours, lent.theirs]) {
    bytes.fill(0);
    salt.fill(0);
  }
  assert.deepEqual(protection.open(there.seal(record)), record.fragment);
  assert.deepEqual(there.open(protection.seal(record)), record.fragment);
});
