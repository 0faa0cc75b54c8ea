import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LiveRoom } from '#crds/liveroom.ts';
import { aliasHolder, aliasTaken } from '#operator/decide/alias-holder.ts';
import { storedRoom } from '../objects.ts';

const host = 'live.example.org';
const at = (namespace: string, creationTimestamp: string, change: object = {}, name = 'keynote'): LiveRoom => {
  const http = { host, aliases: 'LiveWebRTCGo' as const, ...change };
  const room = storedRoom({ network: { media: { mode: 'HostPort' }, http } });
  return { ...room, metadata: { ...room.metadata, name, namespace, creationTimestamp } };
};
const [early, late] = ['2026-11-01T12:00:00Z', '2026-11-01T12:00:01Z'];
const holder = (room: LiveRoom, ...others: readonly LiveRoom[]) =>
  aliasHolder(room, [room, ...others])?.metadata.namespace;

test('of rooms of one name at one host the oldest has the aliases, and takes them from nobody', () => {
  const [a, b, c] = [at('a', late), at('b', early), at('c', late)];
  assert.equal(holder(a, b, c), 'b');
  assert.equal(holder(b, a, c), undefined);
  assert.equal(holder(c, a), 'a', 'of the same second');
  assert.equal(holder(a, c), undefined);
});

test('rooms of another name or host, or that do not ask for aliases, are in nobody’s way', () => {
  const room = at('b', late);
  for (const other of [
    at('a', early, {}, 'another'),
    at('a', early, { host: 'other.example.org' }),
    at('a', early, { aliases: 'None' }),
    at('a', early, { aliases: undefined }),
  ])
    assert.equal(holder(room, other), undefined);
});

test('whoever comes later is told who has them, and what to do', () => {
  const { reason, message } = aliasTaken(at('b', late), at('a', early));
  assert.equal(reason, 'NameConflict');
  assert.match(message, /\/api\/whip\/publish\/keynote .* of live\.example\.org lead to room a\/keynote.*aliases/);
});
