import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { readSettings, type Settings } from '#server/settings/settings.ts';
import { sharedSecrets } from '#server/settings/shared-secrets.ts';
import { watchSettings } from '#server/settings/watch-settings.ts';
import { eventually } from '#test/harness/eventually.ts';
import { replaceFile } from '#test/harness/replace-file.ts';

const [one, two] = ['the-first-secret-of-a-namespace-00000', 'the-second-secret-of-a-namespace-0000'];
const tooShort = 'cut-off-by-a-slip';

describe('what the pods of a namespace share', () => {
  let dir: string;
  const files = () => ({
    roomsFile: join(dir, 'rooms.yaml'),
    media: { address: '10.0.0.1', port: 7882 },
    peer: { keysDir: dir, podUid: 'a' },
    isOperated: true,
  });
  const share = (...lines: readonly string[]) => replaceFile(join(dir, 'sessions'), `${lines.join('\n')}\n`);

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'liveroom-shared-'));
    await writeFile(join(dir, 'rooms.yaml'), 'rooms: []');
  });
  afterEach(() => rm(dir, { recursive: true }));

  /** A running pod, and what its watch tells. */
  async function watched() {
    const seen: Settings[] = [await readSettings(files())];
    const problems: string[] = [];
    const stop = watchSettings(files(), seen[0] as Settings, {
      onSettings: (settings) => seen.push(settings),
      onProblem: (message) => problems.push(message),
      everyMs: 10,
    });
    return { stop, problems, secrets: () => seen.at(-1)?.sharedSecrets };
  }

  test('a line that cannot be used takes no secret away from a pod that runs, and is told once; mended, all are in force', async (t) => {
    let good = [one, two];
    await share(...good);
    const { stop, problems, secrets } = await watched();
    t.after(stop);
    for (const wrong of [[tooShort, two], Array.from({ length: 5 }, (_, i) => `${i}${one}`)]) {
      await share(...wrong);
      await eventually('it is told', () => problems.length === 1);
      assert.match(problems.pop() ?? '', /sessions must have at most 4 lines, of at least 32 letters each\. .*stay/);
      assert.deepEqual(secrets(), good);
      good = good.toReversed();
      await share(...good);
      await eventually('it is mended', () => secrets()?.[0] === good[0]);
    }
    assert.deepEqual(problems, []);
  });

  test('a pod that starts takes the lines that can be used, and says that there are others', async (t) => {
    await share(tooShort, one);
    const { stop, problems, secrets } = await watched();
    t.after(stop);
    assert.deepEqual(secrets(), [one]);
    await eventually('it is told', () => problems.length === 1);
    assert.deepEqual(secrets(), [one]);
  });

  test('a file that is empty or away takes no secret away from a pod that has some, and that is said', async () => {
    const read = () => sharedSecrets(files().peer, [one, two]);
    const away = await read();
    await share();
    const empty = await read();
    for (const { secrets, problem } of [away, empty]) {
      assert.deepEqual(secrets, [one, two]);
      assert.match(problem ?? '', /sessions cannot be read, or is empty\. .*stay/);
    }
    assert.equal(away.problem, empty.problem, 'one that comes and goes is told once');
    assert.deepEqual(await sharedSecrets(files().peer, []), { secrets: [] }, 'to a pod without any it is not made yet');
  });

  test('without a file there are none, and those that come are in force', async (t) => {
    const { stop, problems, secrets } = await watched();
    t.after(stop);
    assert.deepEqual(secrets(), []);
    await share(one);
    await eventually('they are in force', () => secrets()?.length === 1);
    assert.deepEqual(problems, []);
  });
});
