import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRooms } from '#server/settings/rooms-file.ts';

test('a room with a name alone has the defaults of the LiveRoom resource', () => {
  const { file, tokens } = readRooms('rooms: [{name: a}]');
  assert.deepEqual(file.drain, { timeoutMs: 540_000 });
  assert.deepEqual(file.rooms, [
    {
      namespace: 'default',
      name: 'a',
      publish: {
        auth: { mode: 'BearerToken', tokenFile: 'default.a.publish' },
        onConflict: 'Reject',
        reconnectGraceMs: 15_000,
        codecs: ['H264', 'VP8', 'Opus'],
      },
      play: { auth: { mode: 'BearerToken', tokenFile: 'default.a.play' }, maxSubscribers: 0 },
      alerts: { highSubscriberCount: 500, nearCapacityPercent: 90, publisherExpected: 'Never' },
    },
  ]);
  assert.equal(tokens.size, 0);
});

test('a token stands in the file, in a file of its own, or is the default', () => {
  const text = `rooms:
    - {name: a, publish: {auth: {token: inline}}, play: {auth: {mode: None}}}
    - {name: b, publish: {auth: {tokenFile: mine}}}`;
  const { file, tokens } = readRooms(text, { defaultTokens: { publish: 'p', play: 'q' } });
  assert.deepEqual(
    [...tokens],
    [
      ['default.a.publish', 'inline'],
      ['default.b.play', 'q'],
    ],
  );
  assert.deepEqual(file.rooms[1]?.publish.auth, { mode: 'BearerToken', tokenFile: 'mine' });
  assert.deepEqual(file.rooms[0]?.play.auth, { mode: 'None' });
});

test('keys of JSON Web Tokens are in the file, in another, or at an URL', () => {
  const secret = 'x'.repeat(32);
  const auths = [
    `{mode: JWT, secret: ${secret}, audience: us}`,
    '{mode: JWT, secretFile: mine}',
    '{mode: JWT, jwksURL: "https://id/keys", audience: us, issuer: id}',
  ];
  const text = `rooms: [${auths.map((auth, i) => `{name: r${i}, play: {auth: ${auth}}}`)}]`;
  const { file, tokens } = readRooms(text, { defaultTokens: { publish: 'p', play: 'q' } });
  assert.equal(tokens.get('default.r0.play'), secret);
  assert.deepEqual(
    file.rooms.map(({ play }) => play.auth),
    [
      { mode: 'JWT', secretFile: 'default.r0.play', audience: 'us' },
      { mode: 'JWT', secretFile: 'mine' },
      { mode: 'JWT', jwksURL: 'https://id/keys', audience: 'us', issuer: 'id' },
    ],
  );
});

test('a threshold that is given replaces its default alone', () => {
  const { file } = readRooms('rooms: [{name: a, alerts: {nearCapacityPercent: 0, publisherExpected: Always}}]');
  const alerts = { highSubscriberCount: 500, nearCapacityPercent: 0, publisherExpected: 'Always' };
  assert.deepEqual(file.rooms[0]?.alerts, alerts);
});

test('keys of a newer operator are passed over', () => {
  assert.equal(
    readRooms('rooms: [{name: a, hologram: {depth: 3}}]\nfuture: 1', { isOperated: true }).file.rooms.length,
    1,
  );
});

test('a person is told of a key that there is not, and of those that there are', () => {
  const refused = (text: string, message: string) =>
    assert.throws(() => readRooms(text), { name: 'RoomsFileError', message }, text);
  const ofRoom = 'namespace, name, publish, play, iceServers, alerts';
  refused('rooms: [{name: a}, {name: b, plya: {}}]', `rooms[1].plya is unknown; known there: ${ofRoom}`);
  refused(
    'rooms: [{name: a, play: {auth: {modus: None}}}]',
    'rooms[0].play.auth.modus is unknown; known there: mode, token, tokenFile, secret, secretFile, jwksURL, issuer, audience',
  );
  refused('rooms: []\ndrain: {timeout: 5s}', 'drain.timeout is unknown; known there: timeoutMs');
  refused('rooms: []\nconstructor: {}', 'constructor is unknown; known there: rooms, drain');
  refused(
    'apiVersion: liveroom.dev/v1alpha1\nkind: LiveRoom',
    'it is a LiveRoom, which is for Kubernetes: npm start -- --room FILE takes it; a rooms file begins with "rooms:"',
  );
  const { file } = readRooms('rooms: [{name: a, play: {auth: {token: x, tokenFile: y}}}]\ndrain: {timeoutMs: 1}');
  assert.deepEqual(readRooms(JSON.stringify(file)).file, file);
});

const faults: Readonly<Record<string, readonly [text: string, says: RegExp]>> = {
  'no YAML': ['rooms: [', / at line 1, column \d+$/],
  'a text': [
    '# Title\nSo it begins, and\ngoes on for much longer than that\n\n~~~\n- x: y',
    /^.{1,150} at line \d+, column \d+$/,
  ],
  'an empty file': ['', /the file must be a mapping, not null/],
  'no rooms': ['drain: {}', /^rooms must be a list, not nothing/],
  'a room that is a word': ['rooms: [a]', /rooms\[0\] must be a mapping, not "a"/],
  'a name in capitals': ['rooms: [{name: A}]', /rooms\[0\]\.name must be a name.*not "A"/],
  'a namespace with a slash': ['rooms: [{name: a, namespace: a/b}]', /rooms\[0\]\.namespace/],
  'a short secret': [
    'rooms: [{name: a, play: {auth: {mode: JWT, secret: short}}}]',
    /rooms\[0\]\.play\.auth\.secret must be a secret of 32 to 512 printable characters$/,
  ],
  'keys that are no URL': [
    'rooms: [{name: a, play: {auth: {mode: JWT, jwksURL: "https://me@id/keys"}}}]',
    /auth\.jwksURL must be an http or https URL, without a user, not/,
  ],
  'keys of everybody without an audience': [
    'rooms: [{name: a, play: {auth: {mode: JWT, jwksURL: "https://id/keys"}}}]',
    /rooms\[0\]\.play\.auth\.audience must be a text.*, not nothing/,
  ],
  'a TURN server without a secret': [
    'rooms: [{name: a, iceServers: [{urls: ["turn:a"]}]}]',
    /rooms\[0\]\.iceServers\[0\] is a TURN server, and needs a secret or a secretFile/,
  ],
  'an ICE server that is none': [
    'rooms: [{name: a, iceServers: [{urls: ["http://a"]}]}]',
    /rooms\[0\]\.iceServers\[0\]\.urls\[0\] must be a URL such as turn:.*, not "http:\/\/a"/,
  ],
  'an unknown mode': [
    'rooms: [{name: a, publish: {auth: {mode: Password}}}]',
    /rooms\[0\]\.publish\.auth\.mode must be BearerToken or JWT or None, not "Password"/,
  ],
  'a path as a token file': [
    'rooms: [{name: a, play: {auth: {tokenFile: ../x}}}]',
    /tokenFile must be the name of a file/,
  ],
  'an unknown codec': [
    'rooms: [{name: a, publish: {codecs: [H264, H265]}}]',
    /codecs\[1\] must be H264 or VP8 or VP9 or AV1 or Opus or RED, not "H265"/,
  ],
  'half a subscriber': ['rooms: [{name: a, play: {maxSubscribers: 1.5}}]', /a whole number from 0 to 1000000, not 1.5/],
  'a duration in words': ['rooms: [{name: a, publish: {reconnectGraceMs: 15s}}]', /reconnectGraceMs must be a whole/],
  'a threshold beyond the whole': [
    'rooms: [{name: a, alerts: {nearCapacityPercent: 101}}]',
    /alerts\.nearCapacityPercent must be a whole number from 0 to 100, not 101/,
  ],
  'two rooms of one name': ['rooms: [{name: a}, {name: a, namespace: b}]', /two rooms are named a/],
  'a key twice': ['rooms: []\nrooms: []', /unique/],
};
for (const [name, [text, message]] of Object.entries(faults))
  test(`${name} in the rooms file is refused by its place`, () =>
    assert.throws(() => readRooms(text), { name: 'RoomsFileError', message }));

test('a token that is refused is not repeated', () => {
  assert.throws(
    () => readRooms('rooms: [{name: a, play: {auth: {token: "my secret"}}}]'),
    (error: Error) => /token must be/.test(error.message) && !/secret/.test(error.message),
  );
});
