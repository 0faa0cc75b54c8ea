import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ensureFfmpeg, findFfmpeg } from '#local/ffmpeg.ts';

/** What is said, and found, where these programs (shell scripts) are on the PATH, beside /bin. */
async function ensured(t: TestContext, programs: Readonly<Record<string, string>>) {
  const dir = await mkdtemp(join(tmpdir(), 'liveroom-ffmpeg-'));
  t.after(() => rm(dir, { recursive: true }));
  const bin = join(dir, 'bin');
  await mkdir(bin);
  for (const [name, script] of Object.entries(programs)) {
    await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`);
    await chmod(join(bin, name), 0o755);
  }
  const env = { PATH: bin, XDG_CACHE_HOME: dir };
  const lines: string[] = [];
  const progress = { say: (text: string) => lines.push(text), task: () => assert.fail('there is no bar') };
  await ensureFfmpeg({ env, progress });
  return { said: lines.join('\n'), found: await findFfmpeg(env), bin };
}

const muxers = (name: string) => `echo "  E  ${name}            a muxer"`;
/** Stands for pip: the last but one of its arguments is the folder. */
const pip = `
while [ "$1" != --target ]; do shift; done
/bin/mkdir -p "$2/imageio_ffmpeg/binaries" && echo ffmpeg > "$2/imageio_ffmpeg/binaries/ffmpeg-linux-x86_64-v9"`;

test('an ffmpeg that speaks WHIP is taken where it is', async (t) => {
  const { said, found, bin } = await ensured(t, { ffmpeg: muxers('whip') });
  assert.deepEqual([said, found], ['', join(bin, 'ffmpeg')]);
});

test('one that does not is passed over, and one is got by pip, once', async (t) => {
  const { said, found } = await ensured(t, { ffmpeg: muxers('webm'), python3: pip });
  assert.equal(said, 'ffmpeg: getting imageio-ffmpeg 0.8.1 by pip.');
  assert.match(found ?? '', /imageio-ffmpeg-0\.8\.1-linux-\w+\/ffmpeg$/);
});

test('where none can be had, it is told why, and what would help', async (t) => {
  const none = await ensured(t, {});
  assert.match(none.said, /left out \(there is no python3\)\. To have it run, have an ffmpeg with the WHIP muxer/);
  const noPip = await ensured(t, { python3: 'echo "No module named pip" >&2; exit 1' });
  assert.match(noPip.said, /left out \(.*No module named pip\)/);
  assert.deepEqual([none.found, noPip.found], [undefined, undefined]);
});
