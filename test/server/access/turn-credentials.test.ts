import assert from 'node:assert/strict';
import { test } from 'node:test';
import { iceServers } from '#crds/ice-servers-schema.ts';
import { iceServerLinks, isIceUrl, turnCredentials } from '#server/access/turn-credentials.ts';

const nowMs = Date.UTC(2026, 10, 22, 10);
/** `printf '1795341900:a1B2c3' | openssl dgst -sha1 -hmac north -binary | base64` */
const made = { username: '1795341900:a1B2c3', credential: 't/iOHayvrcT/a755czf8dboUMMo=' };

test('credentials are the expiry and the user, and the HMAC-SHA1 of both, as coturn checks them', () => {
  assert.deepEqual(turnCredentials({ secret: 'north', user: 'a1B2c3', nowMs, ttlMs: 300_000 }), made);
});

test('unless told otherwise they are good for five minutes, and never for less by rounding', () => {
  const [link] = iceServerLinks([{ urls: ['turn:a'], secret: 'x' }], { user: 'u', nowMs: nowMs + 1 });
  assert.match(link ?? '', /username="1795341901:u"/);
});

test('one Link for each URL; a STUN server has no credentials, nor a TURN server without a secret (C-30)', () => {
  const servers = [
    { urls: ['stun:stun.example.com:3478'] },
    {
      urls: ['turn:turn.example.com?transport=udp', 'turns:[2001:db8::1]:443?transport=tcp', 'stun:turn.example.com'],
      secret: 'north',
    },
    { urls: ['turn:open.example.com'] },
  ];
  const login = `username="${made.username}"; credential="${made.credential}"; credential-type="password"`;
  assert.deepEqual(iceServerLinks(servers, { user: 'a1B2c3', nowMs }), [
    '<stun:stun.example.com:3478>; rel="ice-server"',
    `<turn:turn.example.com?transport=udp>; rel="ice-server"; ${login}`,
    `<turns:[2001:db8::1]:443?transport=tcp>; rel="ice-server"; ${login}`,
    '<stun:turn.example.com>; rel="ice-server"',
    '<turn:open.example.com>; rel="ice-server"',
  ]);
});

test('the secret stands in no header, and what is quoted cannot break out of its quotes (C-30)', () => {
  const [link = ''] = iceServerLinks([{ urls: ['TURN:a'], secret: 'north' }], { user: 'a"; rel="\\x', nowMs });
  assert.doesNotMatch(link, /north/);
  assert.match(link, /username="\d+:a\\"; rel=\\"\\\\x"; credential=/);
});

test('a URL is that of a STUN or TURN server, and nothing that would end its brackets (C-30)', () => {
  const good = [
    'stun:stun.example.com',
    'stuns:stun.example.com:5349',
    'turn:192.0.2.1:3478?transport=udp',
    'turns:turn.example.com:443?transport=tcp',
    'turn:[2001:db8::1]:3478',
    'TURN:Turn.Example.COM',
    'turn:a',
    'turn:a:1',
    'turn:a:65535',
  ];
  const bad = [
    '',
    'turn:',
    'turn://turn.example.com',
    'http://turn.example.com',
    'stun:a?transport=udp',
    'turn:a?transport=sctp',
    'turn:a?transport=udp&x=y',
    'turn:a>; rel="x"',
    'turn:a b',
    'turn:a\r\nx: y',
    'turn:a\n',
    'turn:user@a',
    'turn:-a',
    'turn:a:123456',
    'turn:a:65536',
    'turn:a:0',
    'turns:[::1]:70000?transport=tcp',
    `turn:${'a'.repeat(600)}`,
  ];
  assert.deepEqual(
    good.filter((url) => !isIceUrl(url)),
    [],
  );
  assert.deepEqual(bad.filter(isIceUrl), []);
  // The API server takes no other; it wants schemes in small letters.
  const stored = new RegExp(iceServers.items.properties.urls.items.pattern);
  assert.deepEqual(
    bad.filter((url) => url.length <= 300 && stored.test(url)),
    [],
  );
  assert.deepEqual(
    good.filter((url) => !stored.test(url)),
    ['TURN:Turn.Example.COM'],
  );
});
