import assert from 'node:assert/strict';
import { test } from 'node:test';
import { saidAgain } from '#server/config/said-again.ts';

const again = (args: string[], changed: Record<string, string>) => saidAgain(args, new Map(Object.entries(changed)));

for (const [what, args, said] of [
  ['keeps the other options', ['rooms.yaml', '--media', '9000'], 'rooms.yaml --media 9000 --http 8082'],
  ['says a changed option once, with its new value', ['--http=8081', 'rooms.yaml'], 'rooms.yaml --http 8082'],
  ['says the last of several in its place', ['--http', '1', 'a.yaml', '--http', '2'], 'a.yaml --http 8082'],
  ['quotes what a shell would take apart', ["the room's file.yaml"], `'the room'\\''s file.yaml' --http 8082`],
  ['leaves tokens out', ['a.yaml', '--play-token', 's3cret'], 'a.yaml --play-token TOKEN --http 8082'],
] as const)
  test(`a command line said again ${what}`, () => {
    assert.equal(again([...args], { http: '8082' }), `npm run sfu -- ${said}`);
  });
