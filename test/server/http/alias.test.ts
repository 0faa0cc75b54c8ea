import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutAlias } from '#server/http/alias.ts';

const rooms = ['default/stage', 'a/twin', 'b/twin'];
const named = (name: string) => rooms.filter((room) => room.endsWith(`/${name}`));

for (const [url, meant] of [
  ['/api/whip/publish/stage', '/default/stage/whip'],
  ['/api/whep/play/stage', '/default/stage/whep'],
  ['/api/whep/play/stage/', '/default/stage/whep'],
  ['/api/whip/publish/stage?codec=h264', '/default/stage/whip?codec=h264'],
] as const)
  test(`${url} is ${meant}`, () => assert.equal(withoutAlias(url, named), meant));

for (const [why, url] of [
  ['there is no such room', '/api/whip/publish/nowhere'],
  ['two namespaces have a room of that name', '/api/whep/play/twin'],
  ['publishing is by WHIP', '/api/whep/publish/stage'],
  ['more follows', '/api/whip/publish/stage/more'],
  ['nothing of that name can be a room', '/api/whip/publish/..%2fstage'],
  ['it is no alias', '/default/stage/whip'],
] as const)
  test(`a URL stays as it is where ${why}: ${url}`, () => assert.equal(withoutAlias(url, named), url));
