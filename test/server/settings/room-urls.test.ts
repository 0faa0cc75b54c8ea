import assert from 'node:assert/strict';
import { test } from 'node:test';
import { announcer } from '#server/settings/room-urls.ts';
import { serverSettings, settingsOf } from '../settings-of.ts';

const settings = serverSettings([settingsOf('keynote')], undefined);

for (const [bound, named] of [
  ['192.0.2.1', '192.0.2.1'],
  ['2001:db8::1', '[2001:db8::1]'],
  ['0.0.0.0', '127.0.0.1'],
  ['::', '127.0.0.1'],
] as const)
  test(`of a server at ${bound} the URLs of its rooms are at ${named}, told once`, () => {
    const said: string[] = [];
    const tell = announcer((text) => said.push(text));
    tell(settings, { address: bound, port: 8080 });
    tell(settings, { address: bound, port: 8080 });
    assert.equal(
      said.join(''),
      `Room keynote
  publish  http://${named}:8080/events/keynote/publish
  play     http://${named}:8080/events/keynote/
  WHIP     http://${named}:8080/events/keynote/whip
  WHEP     http://${named}:8080/events/keynote/whep

`,
    );
  });
