import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { merged } from '#crds/defaults.ts';
import type { LiveRoom } from '#crds/liveroom.ts';
import type { RoomsFile } from '#crds/rooms-file.ts';
import { specSchema } from '#crds/schema.ts';
import { configMap } from '#operator/build/config-map.ts';
import { keylessSide, tokenPlaces, tokenSources } from '#operator/build/tokens.ts';
import { readRooms } from '#server/settings/rooms-file.ts';
import { storedRoom } from '../objects.ts';

type Auth = LiveRoom['spec']['play']['auth'];
type TokenAuth = { readonly tokenFile: string };

const withPlay = (auth: Auth) => storedRoom({ play: { auth, maxSubscribers: 0 } });
const secretRef = { name: 'stage', key: 'jwt' };
const jwksURL = 'https://id.example.com/keys';

/** What the operator tells its pods, and what they read of that. */
function told(room: LiveRoom) {
  const text = configMap(room).data['rooms.yaml'] ?? '';
  const [written] = (parse(text) as RoomsFile).rooms;
  assert.deepEqual(readRooms(text, { isOperated: true }).file.rooms, [written]);
  return written?.play.auth;
}

const rows: Readonly<Record<string, readonly [auth: Auth, said: object, sources: readonly string[]]>> = {
  'a secret of its own': [
    { mode: 'JWT', secretRef, issuer: '', audience: 'us' },
    { mode: 'JWT', secretFile: 'events.keynote.play.jwt', audience: 'us' },
    ['tokens', 'stage'],
  ],
  'keys of an identity provider': [
    { mode: 'JWT', jwksURL, issuer: 'id', audience: 'us' },
    { mode: 'JWT', jwksURL, audience: 'us', issuer: 'id' },
    ['tokens'],
  ],
  'a plain token, in a cluster that has an identity provider': [
    { mode: 'BearerToken', jwksURL, audience: 'us' },
    { mode: 'BearerToken', tokenFile: 'events.keynote.play' },
    ['tokens', 'tokens'],
  ],
};
for (const [name, [auth, said, sources]] of Object.entries(rows))
  test(`a room with ${name} tells its pods so`, () => {
    const room = withPlay(auth);
    assert.deepEqual(told(room), said);
    assert.deepEqual(
      tokenSources(room).map(({ secret }) => secret.replace('keynote-', '')),
      sources,
    );
    assert.equal(keylessSide(room), undefined);
  });

/** Of the play side, in a pod that is made for the room as it is. */
const filesOf = (room: LiveRoom): readonly string[] =>
  tokenPlaces(room)
    .filter(({ side }) => side === 'play')
    .map(({ file }) => file);

test('a pod has the file that its room names', () => {
  for (const mode of ['BearerToken', 'JWT'] as const) {
    const room = withPlay({ mode, secretRef });
    const said = told(room);
    assert.ok(filesOf(room).includes(said && 'secretFile' in said ? said.secretFile : (said as TokenAuth).tokenFile));
  }
});

test('of another mode a running pod lacks the file: no plain token becomes a signing key, and no key a plain token', () => {
  const rooms = [withPlay({ mode: 'BearerToken' }), withPlay({ mode: 'BearerToken', secretRef })];
  const signed = withPlay({ mode: 'JWT', secretRef });
  for (const plain of rooms)
    assert.deepEqual(
      filesOf(plain).filter((file) => filesOf(signed).includes(file)),
      [],
    );
});

test('a room whose tokens nobody could check is locked, also to its generated token', () => {
  for (const auth of [{}, { jwksURL }, { audience: 'us' }, { jwksURL, audience: '' }]) {
    const room = withPlay({ mode: 'JWT', ...auth });
    assert.equal(keylessSide(room), 'play');
    const said = told(room);
    assert.ok(said?.mode === 'JWT' && 'secretFile' in said && !filesOf(room).includes(said.secretFile));
  }
});

test('an identity provider of the cluster is that of rooms that name no keys of their own', () => {
  const defaults = { play: { auth: { jwksURL, audience: 'us' } } };
  const authOf = (auth: object) => (merged(specSchema, { play: { auth } }, defaults) as LiveRoom['spec']).play.auth;
  assert.deepEqual(authOf({ mode: 'JWT' }), { mode: 'JWT', jwksURL, audience: 'us' });
  assert.deepEqual(authOf({ mode: 'JWT', secretRef }), { mode: 'JWT', secretRef, audience: 'us' });
  assert.deepEqual(authOf({ mode: 'JWT', secretRef, audience: '' }), { mode: 'JWT', secretRef, audience: '' });
});
