import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { showAgainInMs, shownAudience } from '#operator/decide/audience.ts';
import { objectRefusal } from '#operator/decide/refusal.ts';
import type { Seen } from '#operator/decide/seen.ts';
import { isReported, report } from '#operator/decide/status.ts';
import { aCondition, aPod, nowMs, seenRoom, storedRoom } from '../objects.ts';

const urls = { whipURL: 'w', whepURL: 'v', playerURL: 'p' };
const context = { urls, reconnectGraceMs: 15_000, shown: undefined };

describe('the number of subscribers', () => {
  const table: Readonly<Record<string, readonly [number, number, number]>> = {
    'changes from nobody to somebody': [0, 1, 1],
    'changes to nobody': [1, 0, 0],
    'changes by a tenth': [100, 110, 110],
    'does not change by less': [100, 109, 100],
    'changes downwards too': [100, 90, 90],
  };
  for (const [name, [before, now, after]] of Object.entries(table))
    test(name, () => assert.equal(shownAudience({ subscribers: before, atMs: 0 }, now, 10_000).subscribers, after));

  test('changes at most every 10 s, and then by itself', () => {
    const shown = { subscribers: 10, atMs: 1000 };
    assert.equal(shownAudience(shown, 20, 10_999), shown);
    assert.equal(showAgainInMs(shown, 20, 4000), 7000);
    assert.equal(showAgainInMs(shown, 10, 4000), undefined);
  });
});

test('a status says all that there is to know, and that it says so', () => {
  const { status } = report(seenRoom(), context);
  assert.deepEqual(status.origin, {
    podName: 'keynote-origin-aaaaa',
    nodeName: 'node-1',
    address: '203.0.113.7',
    mediaPort: 7000,
    ready: true,
  });
  const both = { addresses: ['203.0.113.7', '2001:db8::7'], port: 7000 } as const;
  assert.deepEqual(report(seenRoom({ mediaAddress: both }), context).status.origin?.addresses, both.addresses);
  assert.equal(status.subscribers, 3);
  assert.equal(status.observedGeneration, 3);
  assert.ok(isReported(storedRoom({}, structuredClone(status)), status));
  assert.ok(!isReported(storedRoom({}, { ...status, subscribers: 4 }), status));
  assert.ok(!isReported(storedRoom(), status));
});

test('a pod that was not asked yet leaves the numbers as they were', () => {
  const before = { subscribers: 40, publisher: { connected: true, since: '2026-11-01T13:00:00Z' } };
  const { status } = report(seenRoom({ room: storedRoom({}, before), audience: 'Unasked' }), context);
  assert.equal(status.subscribers, 40);
  assert.deepEqual(status.publisher, before.publisher);
});

test('a status that says nothing new is the very one that there is, and so is one that is held back', () => {
  const { status } = report(seenRoom(), context);
  const room = storedRoom({}, structuredClone(status));
  assert.equal(report(seenRoom({ room }), context).status, room.status);
  const shown = { subscribers: 3, atMs: nowMs - 1000 };
  const audience = { room: { namespace: 'events', name: 'keynote', subscribers: 30 } };
  assert.equal(report(seenRoom({ room, audience }), { ...context, shown }).status, room.status);
});

describe('a status is written', () => {
  const viewers = (subscribers: number) => ({ room: { namespace: 'events', name: 'keynote', subscribers } });
  const drains = (subscribers: number) => [
    { pod: aPod('keynote-origin-ooooo', { isDeleted: true }), audience: viewers(subscribers), endsMs: nowMs + 540_000 },
  ];

  /** Reports every 100 ms for a minute, as the operator would if something happened all the time; counts the writes. */
  function writes(seenAt: (step: number) => Partial<Seen>): number[] {
    let { status, shown } = report(seenRoom(seenAt(0)), context);
    const at: number[] = [];
    for (let ms = 100; ms <= 60_000; ms += 100) {
      const room = storedRoom({}, status);
      const next = report(seenRoom({ ...seenAt(ms / 100), room, nowMs: nowMs + ms }), { ...context, shown });
      shown = next.shown;
      if (isReported(room, next.status)) continue;
      at.push(ms);
      status = next.status;
    }
    return at;
  }

  test('for none of the viewers that are fewer than a tenth', () =>
    assert.deepEqual(
      writes((step) => ({ audience: viewers(1000 + (step % 99)) })),
      [],
    ));

  test('at most every 10 s while viewers come by the hundred', () => {
    const at = writes((step) => ({ audience: viewers(1 + step * 100) }));
    assert.deepEqual(at, [10_000, 20_000, 30_000, 40_000, 50_000, 60_000]);
  });

  test('at most every 10 s while they leave a pod that drains', () => {
    const at = writes((step) => ({ draining: drains(1000 - step) }));
    assert.equal(at.length, 6);
    assert.ok(
      at.every((ms, i) => i === 0 || ms - (at[i - 1] ?? 0) >= 10_000),
      String(at),
    );
  });

  test('at once when more than numbers has changed', () => {
    const at = writes((step) => ({ audience: viewers(1000), ...(step >= 5 && { draining: drains(3) }) }));
    assert.deepEqual(at.slice(0, 1), [500]);
  });

  test('not for fewer than a tenth when the operator starts anew', () => {
    const { status } = report(seenRoom({ audience: viewers(1000) }), context);
    const room = storedRoom({}, status);
    for (const [subscribers, isWritten] of [
      [1050, false],
      [1100, true],
    ] as const) {
      const next = report(seenRoom({ room, audience: viewers(subscribers) }), context);
      assert.equal(!isReported(room, next.status), isWritten, String(subscribers));
    }
  });
});

test('the end of the grace period is a time to look again', () => {
  const before = { conditions: [aCondition('Publishing', 'True', 'Publishing')] };
  assert.equal(report(seenRoom({ room: storedRoom({}, before) }), context).againInMs, 15_000);
  assert.equal(report(seenRoom(), context).againInMs, undefined);
});

describe('a refused object', () => {
  const table: Readonly<Record<string, readonly [number, string, string | undefined]>> = {
    'by quota': [403, 'services "keynote" is forbidden: exceeded quota: small', 'QuotaExceeded'],
    'by RBAC': [403, 'services is forbidden: User "x" cannot patch resource "services"', 'PermissionMissing'],
    'by a webhook': [400, 'admission webhook "a.example.com" denied the request: no', 'ObjectRejected'],
    'by a policy': [422, "ValidatingAdmissionPolicy 'names' with binding 'all' denied request: no", 'ObjectRejected'],
    'by a webhook that says that it forbids it': [
      403,
      'admission webhook "a" denied the request: no',
      'ObjectRejected',
    ],
    'by a webhook that cannot be asked': [
      500,
      'failed calling webhook "a": context deadline exceeded',
      'ObjectRejected',
    ],
    'for a moment': [500, 'etcdserver: request timed out', undefined],
    'since another was faster': [409, 'the object has been modified', undefined],
  };
  for (const [name, [status, message, reason]] of Object.entries(table))
    test(`${name} is ${reason ?? 'tried again'}`, () =>
      assert.equal(objectRefusal({ status, message })?.reason, reason));
});
