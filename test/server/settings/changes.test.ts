import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256 } from '#server/access/tokens.ts';
import { changes, printOf } from '#server/settings/changes.ts';
import type { Settings } from '#server/settings/settings.ts';
import { serverSettings, settingsOf } from '../settings-of.ts';

const before: Settings = serverSettings([settingsOf('a')], undefined);

for (const [part, edit] of Object.entries<Partial<Settings>>({
  rooms: { rooms: [settingsOf('a', {}, { maxSubscribers: 1 })] },
  'drain time-out': { drainTimeoutMs: 1 },
  tokens: { tokens: new Map([['events.a.play', [sha256('one')]]]) },
  'secrets of JSON Web Tokens': { jwtSecrets: new Map([['events.a.play', ['secret-of-many-letters']]]) },
  'secrets of TURN servers': { turnSecrets: new Map([['turn', 'secret-of-many-letters']]) },
  'secrets that pods share': { sharedSecrets: ['secret-of-many-letters'] },
  'other pods': { otherPods: [] },
  'media addresses': { announced: [{ address: '192.0.2.1', port: 7000 }] },
}))
  test(`settings with other ${part} differ in that, and no secret is kept to tell it`, () => {
    const print = printOf({ ...before, ...edit });
    assert.deepEqual(changes(printOf(before), print), [part]);
    assert.deepEqual(changes(print, printOf({ ...before, ...edit })), []);
    assert.doesNotMatch(JSON.stringify(print), /many-letters/);
  });
