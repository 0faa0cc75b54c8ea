import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isProven, type PassedHead, type PeerSeals, sealedHead } from '#server/peers/envelope.ts';
import { reception } from '#server/peers/reception.ts';
import { type Purpose, type Seal, sealOf } from '#server/peers/seal.ts';
import { podMark } from '#server/peers/session-ids.ts';
import { fakeClock } from '../fake-clock.ts';

const of = (purpose: Purpose, ...secrets: readonly string[]) => sealOf(secrets, purpose) as Seal;
const sealsOf = (...secrets: readonly string[]): PeerSeals => ({
  request: of('request', ...secrets),
  answer: of('answer', ...secrets),
});
const secret = 'the-secret-of-today-has-its-place-0';
const seals = sealsOf(secret);
const pod = podMark('a');

function scene(known: PeerSeals | undefined = seals) {
  const clock = fakeClock();
  const receive = reception({ pod, seals: () => known, clock });
  const head = (change: Partial<PassedHead> = {}): PassedHead => ({
    method: 'DELETE',
    path: '/live/stage/whep/id',
    headers: { authorization: 'Bearer token' },
    client: '192.0.2.7',
    to: pod,
    atMs: clock.now(),
    ...change,
  });
  return { clock, receive, head };
}

test('a request that a pod with the key made for this one is taken, with its client, and its sender sees that we read it', () => {
  const { receive, head } = scene();
  const { text, nonce } = sealedHead(head(), seals);
  const got = receive(text, 'DELETE');
  assert.ok(got.result === 'Taken');
  assert.deepEqual(got.request, {
    method: 'DELETE',
    path: '/live/stage/whep/id',
    headers: { authorization: 'Bearer token' },
    client: '192.0.2.7',
  });
  assert.ok(isProven(got.proof, nonce, seals));
  assert.ok(!isProven(got.proof, sealedHead(head(), seals).nonce, seals), 'a proof of another request');
  assert.ok(!isProven('', nonce, seals));
  assert.ok(!text.includes(Buffer.from('Bearer').toString('base64url').slice(0, 7)));
});

test('a request is taken once, however its seal is written', () => {
  const { receive, head } = scene();
  const { text } = sealedHead(head(), seals);
  assert.equal(receive(text, 'DELETE').result, 'Taken');
  for (const again of [text, `${text}=`, ` ${text}`, text.replaceAll('-', '+').replaceAll('_', '/')])
    assert.equal(receive(again, 'DELETE').result, 'Repeated', again);
});

test('it is good for half a minute, whichever clock is ahead', () => {
  const { clock, receive, head } = scene();
  const late = sealedHead(head(), seals);
  const ahead = sealedHead(head({ atMs: clock.now() + 60_002 }), seals);
  clock.advance(30_001);
  assert.equal(receive(late.text, 'DELETE').result, 'Stale');
  assert.equal(receive(ahead.text, 'DELETE').result, 'Stale');
  clock.advance(1);
  assert.equal(receive(ahead.text, 'DELETE').result, 'Taken');
});

test('one for a pod that had the address before is misdirected; one with another method, key or letter is forged', () => {
  const { receive, head } = scene();
  assert.equal(receive(sealedHead(head({ to: podMark('b') }), seals).text, 'DELETE').result, 'Misdirected');
  assert.equal(receive(sealedHead(head(), seals).text, 'PATCH').result, 'Forged');
  assert.equal(
    receive(sealedHead(head(), sealsOf('another-secret-of-somebody-else-00')).text, 'DELETE').result,
    'Forged',
  );
  const { text } = sealedHead(head(), seals);
  const swapped = text.at(-8) === 'A' ? 'B' : 'A';
  assert.equal(receive(`${text.slice(0, -8)}${swapped}${text.slice(-7)}`, 'DELETE').result, 'Forged');
  assert.equal(receive('', 'DELETE').result, 'Forged');
});

test('a session’s id is no request, and without keys none is taken', () => {
  const { receive, head } = scene();
  const session = of('session', secret)
    .seal(Buffer.from(JSON.stringify(head())))
    .toString('base64url');
  assert.equal(receive(session, 'DELETE').result, 'Forged');
  const keyless = reception({ pod, seals: () => undefined, clock: fakeClock() });
  assert.equal(keyless(sealedHead(head(), seals).text, 'DELETE').result, 'Forged');
});

test('while a secret takes another’s place, pods with either understand each other', () => {
  const old = 'the-secret-of-yesterday-is-good-too';
  const [before, both] = [sealsOf(old), sealsOf(old, secret)];
  const { receive, head } = scene(both);
  const { text, nonce } = sealedHead(head(), before);
  const got = receive(text, 'DELETE');
  assert.ok(got.result === 'Taken' && isProven(got.proof, nonce, before));
});
