import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AuditEvent, auditLog } from '#server/access/audit.ts';
import { fakeClock } from '../fake-clock.ts';

const session = 'c2Vzc2lvbiBpZC1h-_zzzz';
const who = { address: '192.0.2.1', room: 'events/keynote', role: 'publisher' } as const;
const denied: AuditEvent = { event: 'Denied', ...who, why: 'Wrong' };

function scene() {
  const clock = fakeClock(Date.UTC(2026, 10, 22, 10));
  const lines: string[] = [];
  const audit = auditLog({ write: (line) => lines.push(line), clock });
  return { clock, audit, lines, read: () => lines.map((line) => JSON.parse(line)) };
}

test('a line says who, what, in which room and by which session, in short', () => {
  const { audit, lines, read } = scene();
  audit({ event: 'SessionOpened', ...who, session, subject: 'encoder-7' });
  audit({ event: 'SessionEnded', ...who, session, why: 'Deleted' });
  audit({ event: 'Denied', ...who, why: 'Wrong', forMs: 60_000 });
  audit({ event: 'TurnedAway', ...who, why: 'Address' });
  const line = { time: '2026-11-22T10:00:00.000Z', level: 'info', message: 'audit' };
  assert.deepEqual(read(), [
    { ...line, event: 'SessionOpened', ...who, session: 'c2Vzc2', subject: 'encoder-7' },
    { ...line, event: 'SessionEnded', ...who, session: 'c2Vzc2', why: 'Deleted' },
    { ...line, event: 'Denied', ...who, why: 'Wrong', forMs: 60_000 },
    { ...line, event: 'TurnedAway', ...who, why: 'Address' },
  ]);
  assert.ok(lines.every((text) => /^[^\n]+\n$/.test(text)));
});

test('what an event has beside its own fields is not written: no token, no password', () => {
  const { audit, lines } = scene();
  const more = { token: 'hunter2', authorization: 'Bearer hunter2', icePwd: 'hunter2' };
  for (const event of [
    { event: 'SessionOpened', ...who, session, subject: undefined, ...more },
    { event: 'SessionEnded', ...who, session, why: 'Deleted', ...more },
    { event: 'Denied', ...who, why: 'Wrong', ...more },
    { event: 'TurnedAway', ...who, why: 'Pod', ...more },
  ] as const)
    audit(event);
  assert.equal(lines.length, 4);
  assert.doesNotMatch(lines.join(''), /hunter2|zzzz/);
});

test('what strangers write into their tokens and paths makes no line of its own, and no long one', () => {
  const { audit, lines, read } = scene();
  const text = '"}\n{"level":"error"'.repeat(1000);
  audit({ event: 'SessionOpened', ...who, address: text, session, subject: text });
  assert.equal(lines.length, 1);
  assert.equal(read()[0].subject, text.slice(0, 128));
  assert.ok((lines[0]?.length ?? 0) < 1000);
});

test('one who asks again and again gets ten lines and one each 5 s; the rest is counted in the next line', () => {
  const { clock, audit, read } = scene();
  for (let i = 0; i < 1000; i++) audit(denied);
  assert.equal(read().length, 10);
  clock.advance(5000);
  audit(denied);
  assert.equal(read().at(-1).unwritten, 990);
  audit({ ...denied, address: '192.0.2.2' });
  assert.equal(read().at(-1).unwritten, undefined);
});

test('one who has many IPv6 addresses counts as one', () => {
  const { audit, read } = scene();
  for (let i = 0; i < 100; i++) audit({ ...denied, address: `2001:db8:1:2::${i}` });
  assert.equal(read().length, 10);
});

test('a flood from everywhere gets no more lines than the log can bear, and hides no session', () => {
  const { audit, read } = scene();
  for (let i = 0; i < 10_000; i++) audit({ ...denied, address: `address ${i}` });
  assert.equal(read().length, 200);
  audit({ event: 'SessionOpened', ...who, session });
  assert.equal(read().length, 201);
  assert.equal(read().at(-1).unwritten, 9800);
});
