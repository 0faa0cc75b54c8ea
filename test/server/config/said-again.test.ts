import assert from 'node:assert/strict';
import { test } from 'node:test';
import { saidAgain } from '#server/config/said-again.ts';

for (const [what, args, said] of [
  ['keeps the other options', ['rooms.yaml', '--media', '9000'], 'rooms.yaml --media 9000 --http 8082'],
  ['says a changed option once, with its new value', ['--http=8081', 'rooms.yaml'], 'rooms.yaml --http 8082'],
  ['says once a changed option that was given twice', ['--http', '1', 'a.yaml', '--http', '2'], 'a.yaml --http 8082'],
  ['quotes what a shell would take apart', ["the room's file.yaml"], `'the room'\\''s file.yaml' --http 8082`],
  ['leaves tokens out', ['a.yaml', '--play-token', 's3cret'], 'a.yaml --play-token … --http 8082'],
] as const)
  test(`a command line said again ${what}`, () => {
    assert.equal(saidAgain(args, new Map([['http', '8082']])), `npm run sfu -- ${said}`);
  });

test('so is a new value quoted', () => {
  const said = saidAgain(['a.yaml'], new Map([['http', '[::1]:8082']]));
  assert.equal(said, "npm run sfu -- a.yaml --http '[::1]:8082'");
});
