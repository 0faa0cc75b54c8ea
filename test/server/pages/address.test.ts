import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pageAddress, playerLink } from '#server/http/pages/address.js';

const location = (hash: string, pathname = '/events/keynote/') => ({ pathname, hash });

test('the room is read from the path, the secrets from the fragment', () => {
  const address = pageAddress(location('#token=abc.DEF-1&source=test&play=xyz', '/events/keynote/publish'));
  assert.deepEqual(address, { namespace: 'events', room: 'keynote', token: 'abc.DEF-1', source: 'test', play: 'xyz' });
});

test('without a fragment there is no token', () => {
  assert.equal(pageAddress(location('')).token, undefined);
  assert.equal(pageAddress(location('#')).token, undefined);
  assert.equal(pageAddress(location('#token=')).token, undefined);
});

test('a token that cannot stand in a header is no token', () => {
  assert.equal(pageAddress(location('#token=a%0d%0ab')).token, undefined);
  assert.equal(pageAddress(location('#token=tökén')).token, undefined);
  assert.equal(pageAddress(location('#token=a%20b')).token, undefined);
});

test('the link to the player carries its own token or none, and survives special characters', () => {
  assert.equal(playerLink(undefined), './');
  assert.equal(pageAddress(location(playerLink('a&b=c+d').replace('./', ''))).token, 'a&b=c+d');
});
