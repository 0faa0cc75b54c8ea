import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { test } from 'node:test';
import { peers } from '#server/peers/peers.ts';
import { type Seal, sealOf } from '#server/peers/seal.ts';
import { type Owner, ownerOf, podMark, sealedSessionId } from '#server/peers/session-ids.ts';

const old = 'the-secret-of-yesterday-is-good-too';
const secret = 'the-secret-of-today-has-its-place-0';
const seal = sealOf([secret], 'session') as Seal;
const owner: Owner = { address: '10.244.3.17', port: 9090, pod: podMark('0b5f3a4e-7f0e-4a0e-9d77-0d6a6a2e5b11') };
const other = { 0: 'A', 1: 'B' } as const;

test('an id says whose session it is, to whoever has the key: IPv4 in 67 letters, IPv6 in 83', () => {
  const v6 = { ...owner, address: 'fd00:10:244::11' };
  const ids = [owner, v6].map((one) => sealedSessionId(one, seal));
  assert.deepEqual(
    ids.map(({ length }) => length),
    [67, 83],
  );
  for (const id of ids) assert.match(id, /^[\w-]+$/);
  assert.deepEqual(ownerOf(ids[0] ?? '', seal), owner);
  assert.deepEqual(ownerOf(ids[1] ?? '', seal), { ...owner, address: 'fd00:10:244:0:0:0:0:11' });
});

test('two ids of one pod have nothing in common, in their first letters least of all', () => {
  const [one = '', two = ''] = [0, 0].map(() => sealedSessionId(owner, seal));
  const same = [...one].filter((letter, i) => letter === two[i]).length;
  assert.ok(same < 20, `${one} ${two}`);
  assert.notEqual(one.slice(0, 6), two.slice(0, 6));
});

test('an id that anybody changed, cut or made up names nobody, whichever letter it is', () => {
  const id = sealedSessionId(owner, seal);
  for (let i = 0; i < id.length; i++) {
    const letter = id[i] === other[0] ? other[1] : other[0];
    assert.equal(ownerOf(`${id.slice(0, i)}${letter}${id.slice(i + 1)}`, seal), undefined, `letter ${i}`);
    assert.equal(ownerOf(id.slice(0, i), seal), undefined, `${i} letters`);
  }
  for (const made of [`${id}A`, `${id}=`, ` ${id}`, 'A'.repeat(67), '', 'u7Gf0mXo2Q9cV3bW1eR5tA'])
    assert.equal(ownerOf(made, seal), undefined, made);
});

test('one secret takes another’s place: both open, the first seals; without it, or for another purpose, none does', () => {
  const both = sealOf([secret, old], 'session') as Seal;
  const before = sealOf([old], 'session') as Seal;
  assert.deepEqual(ownerOf(sealedSessionId(owner, before), both), owner);
  assert.deepEqual(ownerOf(sealedSessionId(owner, both), seal), owner);
  assert.equal(ownerOf(sealedSessionId(owner, both), before), undefined);
  assert.equal(ownerOf(sealedSessionId(owner, sealOf([secret], 'request') as Seal), seal), undefined);
  assert.equal(sealOf([], 'session'), undefined);
});

test('a pod is told from a later one that has its address', () => {
  assert.notEqual(podMark('a'), podMark('b'));
  assert.match(podMark('a'), /^[\w-]{22}$/);
});

const pods = {
  'of a lone pod (C-26)': { secrets: [], randomBytes: 16 },
  'of one of several pods (C-26)': { secrets: [secret], randomBytes: 12 },
} as const;
for (const [name, { secrets, randomBytes }] of Object.entries(pods))
  test(`${name}: ids of sessions are all different, each by bytes of its own of Node's random source`, (t) => {
    const source = t.mock.method(crypto, 'randomBytes');
    syncBuiltinESMExports();
    const at = () => ({ address: '10.244.3.17', port: 9090 });
    const here = peers({ podUid: 'a', at, secrets: () => secrets, others: () => [], clock: { now: () => 0 } });
    const ids = Array.from({ length: 200 }, here.newSessionId);
    source.mock.restore();
    syncBuiltinESMExports();
    assert.equal(new Set(ids).size, ids.length);
    const begins = Buffer.concat(ids.map((id) => Buffer.from(id, 'base64url').subarray(0, randomBytes)));
    const given = source.mock.calls.flatMap(({ result }) => (Buffer.isBuffer(result) ? [result] : []));
    assert.deepEqual(begins, Buffer.concat(given).subarray(0, begins.length));
  });
