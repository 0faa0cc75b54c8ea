import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonLog } from '#server/log.ts';
import { meterOf } from '#server/meter.ts';
import { rooms } from '#server/room/rooms.ts';
import { dtlsIdentity } from '#server/rtc/dtls/dtls.ts';
import { type Sessions, sessions } from '#server/session/sessions.ts';
import { fakeClock } from '../fake-clock.ts';
import { settingsOf } from '../settings-of.ts';

const nothing = () => {};
const id = 'events/keynote';

/** Sessions of one room, whose publisher is connected at the time 5000. */
function scene() {
  const clock = fakeClock(5000);
  const all = rooms(clock, (session, reason) => table.end(session, reason));
  all.configure([settingsOf('keynote', { onConflict: 'TakeOver' })]);
  const table: Sessions = sessions({
    media: {
      addTransport: nothing,
      restartIce: nothing,
      sendDtls: nothing,
      setKeys: nothing,
      removeTransport: nothing,
    },
    rooms: all,
    clock,
    log: jsonLog('error', nothing, () => new Date(0)),
    admission: { left: nothing },
    hinted: nothing,
    ended: nothing,
    unreached: nothing,
    audit: nothing,
    meter: meterOf([]),
  });
  all.publish(id, 'first', undefined);
  table.open({
    ...{ id: 'first', role: 'publisher', room: id, address: '192.0.2.1', askedMs: 5000 },
    ...{ published: [], received: [], mids: ['0'], transportSection: { kind: 'video', mid: '0' } },
    ice: { localUfrag: 'a', localPwd: 'b', remoteUfrag: 'c', remotePwd: 'd' },
    ...{ fingerprints: [], setup: 'passive', identity: dtlsIdentity() },
  });
  all.connected(id, 'first');
  const room = () => all.get(id).room;
  return { all, table, endedAt: () => room().publisherEndedAtMs, publisher: () => room().publisher?.id };
}

for (const [reason, endedAtMs] of [
  ['Silent', undefined],
  ['NoMedia', undefined],
  ['Bye', 5000],
] as const)
  test(`of a publisher whom the media thread ends by ${reason} the room ${endedAtMs ? 'keeps when it said goodbye' : 'keeps no goodbye'}`, () => {
    const { table, endedAt, publisher } = scene();
    table.events.onClosed('first', reason);
    assert.equal(publisher(), undefined);
    assert.equal(endedAt(), endedAtMs);
  });

for (const [reason, endedAtMs] of [
  ['HandshakeFailed', undefined],
  ['Shutdown', undefined],
  ['Closed', 5000],
  ['Deleted', 5000],
] as const)
  test(`a session that ends by ${reason} is ${endedAtMs ? 'a goodbye' : 'a loss'} to its room`, () => {
    const { table, endedAt } = scene();
    table.end('first', reason);
    assert.equal(endedAt(), endedAtMs);
  });

test('a publisher whose place another takes is a loss to its room', () => {
  const { all, table, endedAt, publisher } = scene();
  all.publish(id, 'second', undefined);
  assert.deepEqual([publisher(), table.count()], ['second', 0]);
  assert.equal(endedAt(), undefined);
});
