import assert from 'node:assert/strict';
import { test } from 'node:test';
import { iceServerLinks } from '#server/access/turn-credentials.ts';
import { iceServersOf, useServers } from '#server/http/pages/ice-servers.js';

test('what the server writes about relays is what the pages read', () => {
  const urls = ['stun:stun.example.com', 'turn:turn.example.com?transport=udp', 'turns:[2001:db8::1]:443'];
  const written = iceServerLinks([{ urls, secret: 'north', ttlMs: 60_000 }], { user: 'a"b\\c', nowMs: 0 });
  const read = iceServersOf(`<https://example.com/>; rel="next", ${written.join(', ')}`);
  assert.deepEqual(
    read.map((server) => server.urls),
    urls,
  );
  assert.deepEqual(Object.keys(read[0] ?? {}), ['urls']);
  assert.equal(read[1]?.username, '60:a"b\\c');
  assert.match(read[2]?.credential ?? '', /^[\w+/]{27}=$/);
});

test('words without quotes are read, and what is no link of ours is passed over', () => {
  assert.deepEqual(iceServersOf('<turn:a>; rel=ice-server; username=me; credential="it, is; <b>"; x=y'), [
    { urls: 'turn:a', username: 'me', credential: 'it, is; <b>' },
  ]);
  for (const none of [null, '', 'turn:a', '<turn:a>', '<turn:a>; rel="preload"'])
    assert.deepEqual(iceServersOf(none), []);
});

test('one server that a browser cannot read costs none of the others, and is named', () => {
  type Configuration = { readonly bundlePolicy?: string; readonly iceServers?: readonly unknown[] };
  let configuration: Configuration = { bundlePolicy: 'max-bundle' };
  const peer = {
    getConfiguration: () => configuration,
    setConfiguration: (next: Configuration = {}) => {
      if (JSON.stringify(next.iceServers).includes('gopher')) throw new SyntaxError('not a relay');
      configuration = next;
    },
  };
  const [near, bad, far] = [{ urls: 'turn:near' }, { urls: 'gopher:x' }, { urls: 'turn:far' }];
  assert.deepEqual(useServers(peer, [near, bad, far]), ['gopher:x']);
  assert.deepEqual(configuration, { bundlePolicy: 'max-bundle', iceServers: [near, far] });
});
