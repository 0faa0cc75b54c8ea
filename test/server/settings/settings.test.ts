import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { sha256 } from '#server/access/tokens.ts';
import { readSettings, roomsAgain, type Settings } from '#server/settings/settings.ts';
import { watchSettings } from '#server/settings/watch-settings.ts';
import { eventually } from '#test/harness/eventually.ts';

describe('settings from mounted files', () => {
  let dir: string;
  const files = () => ({
    roomsFile: join(dir, 'room/rooms.yaml'),
    tokensDir: join(dir, 'tokens'),
    announce: { file: join(dir, 'pod/media-address') },
    media: { address: '10.0.0.1', port: 7882 },
  });
  const tokenFiles = { 'default.a.publish': 'first\n', 'default.a.play': 'second' };

  /** Writes a volume as the kubelet does: into a new folder, to which the link `..data` is then pointed. */
  const mount = async (volume: string, content: Readonly<Record<string, string>>) => {
    const folder = join(dir, volume);
    const version = `..${Math.random()}`;
    await mkdir(join(folder, version), { recursive: true });
    for (const [name, text] of Object.entries(content)) {
      await writeFile(join(folder, version, name), text);
      await symlink(join('..data', name), join(folder, name)).catch(() => undefined);
    }
    await symlink(version, join(folder, '..new'));
    await rename(join(folder, '..new'), join(folder, '..data'));
  };

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'liveroom-settings-'));
    await mount('room', { 'rooms.yaml': 'rooms: [{name: a}]' });
    await mount('tokens', tokenFiles);
    await mount('pod', { 'media-address': '' });
  });
  afterEach(() => rm(dir, { recursive: true }));

  test('rooms, hashes of the tokens without their line ends, and no address yet', async () => {
    const { rooms, tokens, announced } = await readSettings(files());
    assert.deepEqual(
      rooms.map(({ name }) => name),
      ['a'],
    );
    assert.deepEqual(tokens.get('default.a.publish'), [sha256('first')]);
    assert.equal(announced, undefined);
  });

  test('a token and the one that takes its place are both in force, a line each; secrets of JSON Web Tokens too', async () => {
    const secrets = ['a'.repeat(32), 'b'.repeat(64)];
    await mount('room', { 'rooms.yaml': 'rooms: [{name: a, play: {auth: {mode: JWT}}}]' });
    await mount('tokens', { 'default.a.publish': 'first\r\n\nsecond\n', 'default.a.play': `${secrets.join('\n')}\n` });
    const { tokens, jwtSecrets } = await readSettings(files());
    assert.deepEqual([...tokens], [['default.a.publish', [sha256('first'), sha256('second')]]]);
    assert.deepEqual([...jwtSecrets], [['default.a.play', secrets]]);
    await mount('tokens', { ...tokenFiles, 'default.a.play': `${secrets[0]}\nshort` });
    const message = /^The JWT secret default\.a\.play cannot be used: a JWT secret must have at least 32 bytes, not 5$/;
    await assert.rejects(readSettings(files()), { message });
    assert.deepEqual([...(await readSettings({ ...files(), isOperated: true })).jwtSecrets], []);
    await mount('tokens', { ...tokenFiles, 'default.a.publish': 'x\n'.repeat(11) });
    await assert.rejects(readSettings(files()), { message: /has more than 10 lines/ });
  });

  test('without a file for it, the bound address is the announced one', async () => {
    const { announce: _, ...bound } = files();
    assert.deepEqual((await readSettings(bound)).announced, [{ address: '10.0.0.1', port: 7882 }]);
  });

  test('what is missing, empty or wrong is named by its path', async () => {
    const rejects = (message: RegExp, change: object = {}) =>
      assert.rejects(readSettings({ ...files(), ...change }), { message });
    await rejects(/Cannot read the rooms file .*nowhere: there is no such file/, { roomsFile: join(dir, 'nowhere') });
    await rejects(/Cannot read the rooms file .*: it is a folder$/, { roomsFile: dir });
    // The first of two that are missing, each time: what is told once would otherwise be told by turns, for ever.
    for (let count = 0; count < 50; count++)
      await rejects(/Cannot read the token .*default\.a\.publish: there is no such file/, { tokensDir: dir });
    await rejects(/No folder of tokens is given/, { tokensDir: undefined });
    await mount('tokens', { ...tokenFiles, 'default.a.play': '\n' });
    await rejects(/The token .*default\.a\.play is empty/);
    await mount('pod', { 'media-address': 'nowhere' });
    await mount('tokens', tokenFiles);
    await rejects(/The media address in .*media-address must be an IP address and a port/);
    await mount('room', { 'rooms.yaml': 'rooms: 3' });
    await rejects(/The rooms file .*rooms\.yaml is refused: rooms must be a list/);
  });

  test('a pod starts without a token that is missing, so that it can say so, and not without its rooms', async () => {
    await rm(join(dir, 'tokens/default.a.play'));
    const inPod = { ...files(), isOperated: true };
    assert.deepEqual([...(await readSettings(inPod)).tokens.keys()], ['default.a.publish']);
    await assert.rejects(readSettings({ ...inPod, roomsFile: join(dir, 'nowhere') }), /there is no such file/);
  });

  for (const [how, everyMs] of [
    ['by notification', 3_600_000],
    ['by looking again', 20],
  ] as const) {
    test(`each change is seen once, ${how}, and a broken file changes nothing`, async () => {
      const seen: Settings[] = [];
      const parts: string[] = [];
      const refused: string[] = [];
      const stop = watchSettings(files(), await readSettings(files()), {
        onSettings: (settings, changed) => {
          seen.push(settings);
          parts.push(changed.join());
        },
        onProblem: (message) => refused.push(message),
        everyMs,
      });
      const changed = (count: number) => eventually(`change ${count}`, () => seen.length === count);
      await mount('pod', { 'media-address': '192.0.2.1:7001,[2001:db8::1]:7001' });
      await changed(1);
      assert.deepEqual(seen[0]?.announced, [
        { address: '192.0.2.1', port: 7001 },
        { address: '2001:db8::1', port: 7001 },
      ]);
      await mount('tokens', { ...tokenFiles, 'default.a.play': 'third' });
      await changed(2);
      assert.deepEqual(seen[1]?.tokens.get('default.a.play'), [sha256('third')]);
      await mount('room', { 'rooms.yaml': 'rooms: [' });
      await eventually('it is refused', () => refused.length === 1);
      await mount('room', { 'rooms.yaml': 'rooms: [{name: a}]  # the same' });
      await mount('room', { 'rooms.yaml': 'rooms: [{name: a, play: {maxSubscribers: 2}}]' });
      await changed(3);
      assert.equal(seen[2]?.rooms[0]?.play.maxSubscribers, 2);
      stop();
      assert.deepEqual(parts, ['media addresses', 'tokens', 'rooms']);
      assert.equal(refused.length, 1);
    });
  }

  test('a rooms file that is the same as before is read as other objects, so that nothing kept for those is found', () => {
    const read = roomsAgain();
    const [before, same] = [read('rooms: [{name: a}]', files()), read('rooms: [{name: a}]', files())];
    assert.deepEqual(same, before);
    assert.notEqual(same.file.rooms[0]?.play.auth, before.file.rooms[0]?.play.auth);
    assert.equal(read('rooms: [{name: b}]', files()).file.rooms[0]?.name, 'b');
  });

  test('a side that is locked while its token is missing lets nobody in, and the rest of the edit is in force', async () => {
    await mount('room', { 'rooms.yaml': 'rooms: [{name: a, play: {auth: {mode: None}}}]' });
    const seen: Settings[] = [];
    const problems: string[] = [];
    const stop = watchSettings(files(), await readSettings(files()), {
      onSettings: (settings) => seen.push(settings),
      onProblem: (message) => problems.push(message),
      everyMs: 20,
    });
    await rm(join(dir, 'tokens/default.a.play'));
    await mount('room', { 'rooms.yaml': 'rooms: [{name: a, play: {maxSubscribers: 2}}]' });
    await eventually('the missing token is told', () => problems.length === 1);
    assert.match(problems[0] ?? '', /Cannot read the token .*default\.a\.play: there is no such file/);
    assert.deepEqual(seen[0]?.rooms[0]?.play.auth, { mode: 'BearerToken', tokenFile: 'default.a.play' });
    assert.equal(seen[0]?.rooms[0]?.play.maxSubscribers, 2);
    assert.deepEqual([...(seen[0]?.tokens.keys() ?? [])], ['default.a.publish']);
    await mount('tokens', tokenFiles);
    await eventually('the token is taken', () => seen.at(-1)?.tokens.has('default.a.play'));
    stop();
  });
});
