import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unreached } from '#server/session/unreached.ts';
import { fakeClock } from '../fake-clock.ts';

const announced = () => [
  { address: '192.0.2.1', port: 7882 },
  { address: '2001:db8::1', port: 7882 },
];

test('of a client that never came the log says what to open, or which option to set, once a minute at most', (t) => {
  const warn = t.mock.fn<(message: string, fields?: object) => void>();
  const clock = fakeClock();
  const tell = unreached({ log: { warn }, clock, announced, isOperated: false });
  tell({ session: 'a' });
  tell({ session: 'b' });
  clock.advance(60_000);
  tell({ session: 'c' });
  const message =
    'the client never reached UDP 192.0.2.1:7882, [2001:db8::1]:7882: open it in firewalls, or name the address that clients use by --announce';
  assert.deepEqual(
    warn.mock.calls.map((call) => call.arguments),
    [
      [message, { session: 'a' }],
      [message, { session: 'c' }],
    ],
  );
});

test('in a pod the address comes from its node', (t) => {
  const warn = t.mock.fn<(message: string) => void>();
  unreached({ log: { warn }, clock: fakeClock(), announced, isOperated: true })({});
  assert.match(String(warn.mock.calls[0]?.arguments[0]), /give the node an external address/);
});
