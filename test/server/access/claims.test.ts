import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allowance, type Claims, type ClaimsContext } from '#server/access/claims.ts';

const nowMs = Date.UTC(2026, 10, 22, 10);
const nowSeconds = nowMs / 1000;
const shared: ClaimsContext = { role: 'subscriber', room: 'events/keynote', keyOf: 'Everybody', nowMs };
const own: ClaimsContext = { ...shared, keyOf: 'Room' };
const publisher = { ...own, role: 'publisher' } as const;

const allowed: readonly [string, Claims, ClaimsContext][] = [
  ['a viewer of the room that it names', { room: 'events/keynote', subscribe: true }, shared],
  ['one of several rooms', { room: ['a/b', 'events/keynote'], subscribe: true }, shared],
  ['any room of a namespace', { room: 'events/*', subscribe: true }, shared],
  ['any room, when somebody says so', { room: '*/*', subscribe: true }, shared],
  ['a bare name, with the room’s own key', { room: 'keynote', subscribe: true }, own],
  ['no name at all, with the room’s own key', { subscribe: true }, own],
  ['a publisher', { publish: true }, publisher],
  ['1 for true', { publish: 1 }, publisher],
  ['an administrator, to publish', { admin: true }, publisher],
  ['an administrator by 1, to watch', { admin: 1 }, own],
  ['an administrator by role', { role: 'admin', room: 'events/keynote' }, shared],
  ['a token that was issued now', { subscribe: true, iat: nowSeconds }, own],
  ['and one of a clock that is 30 s ahead', { subscribe: true, iat: nowSeconds + 30 }, own],
];
for (const [name, claims, context] of allowed)
  test(`A-058: lets in ${name}`, () => assert.equal(allowance(claims, context).isGranted, true));

const forbidden: readonly [string, Claims, ClaimsContext, RegExp][] = [
  ['a token that allows nothing', { room: 'events/keynote' }, shared, /claim subscribe/],
  ['a viewer that would publish', { subscribe: true }, publisher, /claim publish/],
  ['a publisher that would watch', { publish: true }, own, /claim subscribe/],
  ['words for booleans', { publish: 'true' }, publisher, /claim publish/],
  ['another role than admin', { role: 'administrator' }, own, /claim subscribe/],
  ['a token for another room', { room: 'events/other', subscribe: true }, shared, /another room than events\/keynote/],
  ['an administrator of another room', { room: 'events/other', admin: true }, own, /another room/],
  ['a room of the same name elsewhere', { room: 'team/keynote', subscribe: true }, shared, /another room/],
  [
    'a bare name, with a shared key',
    { room: 'keynote', subscribe: true },
    shared,
    /without a namespace.*"events\/keynote"/,
  ],
  ['a bare star, with a shared key', { room: '*', admin: true }, shared, /without a namespace/],
  ['no room, with a shared key', { subscribe: true }, shared, /names no room/],
  ['an administrator of no room, with a shared key', { admin: true }, shared, /names no room/],
  ['an empty list of rooms', { room: [], subscribe: true }, own, /another room/],
  ['a room that is no word', { room: { name: 'keynote' }, subscribe: true }, own, /another room/],
  ['a room of null', { room: null, subscribe: true }, own, /another room/],
  ['part of a name', { room: 'events/key*', subscribe: true }, shared, /another room/],
  ['more than a name', { room: 'events/keynote/more', subscribe: true }, shared, /another room/],
  ['a room behind a hundred others', { room: [...Array(100).fill('a/b'), 'events/keynote'] }, shared, /another room/],
];
for (const [name, claims, context, says] of forbidden)
  test(`A-058: forbids ${name}`, () => {
    const verdict = allowance(claims, context);
    assert.ok(!verdict.isGranted);
    assert.equal(verdict.why, 'Forbidden');
    assert.match(verdict.detail, says);
  });

test('a token that was issued in the future, or at no time, is of no use', () => {
  for (const iat of [nowSeconds + 31, '0', null]) {
    const verdict = allowance({ subscribe: true, iat }, own);
    assert.ok(!verdict.isGranted);
    assert.equal(verdict.why, 'Unusable');
  }
});

test('who it is comes from the token, in a length that fits a line, and is told from all others by all of it', () => {
  const subjectOf = (sub: unknown) => {
    const verdict = allowance({ subscribe: true, sub }, own);
    return verdict.isGranted ? verdict.subject : assert.fail();
  };
  assert.equal(subjectOf('encoder-7'), 'encoder-7');
  const [one = '', other = ''] = ['1', '2'].map((end) => subjectOf(`https://id.example.com/${'x'.repeat(1000)}${end}`));
  assert.deepEqual([one.length, other.length], [128, 128]);
  assert.notEqual(subjectOf(one), one, 'and nobody is named as a long one is written');
  assert.ok(one.startsWith('https://id.example.com/x') && one !== other, one);
  assert.equal(subjectOf(7), undefined);
});

test('only administrators are said to be such', () => {
  const isAdmin = (claims: Claims) => {
    const verdict = allowance(claims, own);
    return verdict.isGranted && verdict.isAdmin;
  };
  assert.deepEqual([{ subscribe: true }, { admin: true }, { role: 'admin' }].map(isAdmin), [false, true, true]);
});
