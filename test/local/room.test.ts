import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { applyRoom, readRoom, roomNameIn } from '#local/room.ts';

test('a room without a namespace is in default', () => {
  assert.deepEqual(roomNameIn('kind: LiveRoom\nmetadata: {name: a}'), { name: 'a', namespace: 'default' });
});

test('a room is in the namespace that it names', () => {
  const yaml = 'kind: LiveRoom\nmetadata: {name: a, namespace: events}';
  assert.deepEqual(roomNameIn(yaml), { name: 'a', namespace: 'events' });
});

test('a room may stand beside other objects, such as its namespace', () => {
  const yaml = 'kind: Namespace\nmetadata: {name: events}\n---\nkind: LiveRoom\nmetadata: {name: a, namespace: events}';
  assert.deepEqual(roomNameIn(yaml), { name: 'a', namespace: 'events' });
});

for (const [what, yaml] of Object.entries({
  'an empty file': '',
  'another kind': 'kind: Pod\nmetadata: {name: a}',
  'a room without a name': 'kind: LiveRoom\nmetadata: {}',
  'text that is no object': 'LiveRoom',
})) {
  test(`${what} is no room`, () => assert.throws(() => roomNameIn(yaml), /no LiveRoom with a metadata\.name/));
}

test('a rooms file is told what it is for', () => {
  assert.throws(() => roomNameIn('rooms: []'), /lists "rooms:".*npm run sfu -- FILE takes it$/);
});

for (const [what, content, says] of [
  ['is not there', undefined, /^Cannot read the room of .*room\.yaml: there is no such file\.$/],
  ['is no YAML', 'kind: [', /^The room of .*room\.yaml cannot be used: .* at line 1, column \d+\.$/],
  ['has a room without a name', 'kind: LiveRoom', /^The room of .*room\.yaml cannot be used: it has no LiveRoom/],
] as const) {
  test(`a file that ${what} is told of in words`, async (t) => {
    const dir = await mkdtemp(join(tmpdir(), 'liveroom-test-'));
    t.after(() => rm(dir, { recursive: true }));
    const file = join(dir, 'room.yaml');
    if (content !== undefined) await writeFile(file, content);
    await assert.rejects(readRoom(file), ({ message }: Error) => {
      assert.match(message, says);
      return true;
    });
  });
}

test('a folder is no room', async () => {
  await assert.rejects(readRoom(tmpdir()), { message: `Cannot read the room of ${tmpdir()}: it is a folder.` });
});

/** Applies a room by a stand-in for kubectl that answers in this way, and returns how it was called. */
async function applied(t: TestContext, answers: string) {
  const dir = await mkdtemp(join(tmpdir(), 'liveroom-test-'));
  t.after(() => rm(dir, { recursive: true }));
  const kubectlFile = join(dir, 'kubectl');
  const calls = join(dir, 'calls');
  const script = `#!/bin/sh\necho "$@" >> ${calls}\ncount=$(wc -l < ${calls})\n${answers}\n`;
  await writeFile(kubectlFile, script, { mode: 0o755 });
  const wait = { signal: t.signal, deadlineMs: 10_000 };
  await applyRoom({ kubectlFile, kubeconfigFile: 'config' }, 'my/room.yaml', wait);
  return (await readFile(calls, 'utf8')).trim().split('\n');
}

const unknown = (version: string) =>
  `echo 'error: resource mapping not found: no matches for kind "LiveRoom" in version "${version}"' >&2; exit 1`;

test('a room is applied by kubectl, again while the kind is not known yet', async (t) => {
  const calls = await applied(t, `[ $count -ge 3 ] || { ${unknown('liveroom.dev/v1alpha1')}; }`);
  assert.deepEqual(calls, Array(3).fill('--kubeconfig config apply -f my/room.yaml'));
});

for (const [what, answers, said] of [
  ['an invalid room', "echo 'spec.play: Invalid value' >&2; exit 1", /spec\.play: Invalid value/],
  ['a version that there is not', unknown('liveroom.dev/v9'), /no matches for kind .*v9/],
] as const) {
  test(`${what} is refused with the name of its file and kubectl's words`, async (t) => {
    await assert.rejects(applied(t, answers), ({ message }: Error) => {
      assert.match(message, /^The room of my\/room\.yaml was refused:\n/);
      assert.match(message, said);
      return true;
    });
  });
}
