import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configMap } from '#operator/build/config-map.ts';
import { originPod } from '#operator/build/origin-pod.ts';
import { foreignSecrets } from '#operator/room/tokens-given.ts';
import { readRooms } from '#server/settings/rooms-file.ts';
import { config, storedRoom } from '../objects.ts';

const room = storedRoom({
  network: {
    media: { mode: 'HostPort' },
    iceServers: [
      { urls: ['stun:stun.example.com'] },
      { urls: ['turn:turn.example.com'], secretRef: { name: 'coturn', key: 'secret' }, credentialTTL: '1h30m' },
    ],
  },
});

test('STUN and TURN servers reach the pod by its rooms file, and their secrets by a file each', () => {
  const text = configMap(room).data['rooms.yaml'] ?? '';
  const file = 'events.keynote.turn.1';
  assert.deepEqual(readRooms(text, { isOperated: true }).file.rooms[0]?.iceServers, [
    { urls: ['stun:stun.example.com'] },
    { urls: ['turn:turn.example.com'], secretFile: file, credentialTTLMs: 5_400_000 },
  ]);
  const { volumes } = originPod(room, config, { replaces: '' }).spec;
  const tokens = volumes.find(({ name }) => name === 'tokens');
  assert.ok(tokens && 'projected' in tokens);
  assert.deepEqual(tokens.projected?.sources.at(-1), {
    secret: { name: 'coturn', items: [{ key: 'secret', path: file }] },
  });
  assert.deepEqual(foreignSecrets(room), ['coturn']);
});
