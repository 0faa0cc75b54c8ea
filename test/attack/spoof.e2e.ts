import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freshSeed } from '#test/harness/seeded.ts';
import { noNamespace, spoofed } from './spoofing.ts';

/** Of each kind. A client may begin a hundred steps of a handshake a second; what is beyond that is dropped, too. */
const perSecond = 50;

test('what comes in the name of a viewer, of the publisher or of strangers is not forwarded, moves and ends nothing, and is worth no answer', async (t) => {
  const refusal = await noNamespace();
  if (refusal !== undefined) return t.skip(refusal);
  const seed = freshSeed();
  t.diagnostic(`SEED=${seed}`);
  const { books, struck, dropped, ...seen } = await spoofed({ seed, seconds: 2, perSecond });
  assert.equal(seen.deliveredPart, 1);
  assert.equal(seen.deliveredAfterwards, 1, 'nor is anything the matter later');
  assert.equal(seen.seen, seen.published, 'whose name was used gets each packet, and once');
  assert.equal(seen.isEnded, false);
  assert.equal(seen.sessionsGone, 0);
  for (const [reason, count] of Object.entries(struck))
    assert.ok((dropped[reason] ?? 0) >= count, `${reason}: ${count}`);
  for (const { who, bytes } of books) {
    assert.ok(bytes.sent > 10_000, who);
    assert.ok(bytes.received <= bytes.sent, `${who}: ${bytes.received} for ${bytes.sent} bytes`);
  }
  assert.equal(books.find(({ who }) => who === 'a stranger')?.bytes.received, 0);
});
