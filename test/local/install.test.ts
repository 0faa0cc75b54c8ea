import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';

/** A project with a lock file, an installation and a stand-in for npm that notes how it is called. */
async function project(t: TestContext, wanted: object, installed: object | undefined, exitCode = 0) {
  const dir = await mkdtemp(join(tmpdir(), 'liveroom-test-'));
  t.after(() => rm(dir, { recursive: true }));
  await mkdir(join(dir, 'local'));
  await mkdir(join(dir, 'node_modules/.bin'), { recursive: true });
  await copyFile(join(import.meta.dirname, '../../local/install.js'), join(dir, 'local/install.js'));
  await writeFile(join(dir, 'package.json'), '{"type": "module"}');
  await writeFile(join(dir, 'package-lock.json'), JSON.stringify({ packages: { '': {}, ...wanted } }));
  await symlink(process.execPath, join(dir, 'node_modules/.bin/node'));
  if (installed !== undefined) {
    await writeFile(join(dir, 'node_modules/.package-lock.json'), JSON.stringify({ packages: installed }));
  }
  const npm = join(dir, 'npm.cjs');
  const note = `require('node:fs').writeFileSync('called', process.argv.slice(2).join(' ')); process.exit(${exitCode})`;
  await writeFile(npm, note);
  const { status, stdout } = spawnSync(process.execPath, [join(dir, 'local/install.js')], {
    env: { ...process.env, npm_execpath: npm },
    encoding: 'utf8',
  });
  const called = await readFile(join(dir, 'called'), 'utf8').catch(() => undefined);
  return { status, stdout, called };
}

const a = { version: '1.0.0', integrity: 'sha512-a' };
const path = 'node_modules/a';

test('what is installed already is not installed again, and nothing is said', async (t) => {
  const { status, stdout, called } = await project(t, { [path]: a }, { [path]: a });
  assert.deepEqual({ status, stdout, called }, { status: 0, stdout: '', called: undefined });
});

test('an optional package of another system is not missed', async (t) => {
  const wanted = { [path]: a, 'node_modules/for-a-mac': { ...a, optional: true } };
  assert.equal((await project(t, wanted, { [path]: a })).called, undefined);
});

for (const [what, installed] of Object.entries({
  'nothing is installed': undefined,
  'a package is missing': {},
  'a package has another version': { [path]: { ...a, version: '0.9.0' } },
  'a package has other content': { [path]: { ...a, integrity: 'sha512-b' } },
})) {
  test(`npm installs when ${what}, in the project, without changing the lock file`, async (t) => {
    const { called, stdout } = await project(t, { [path]: a }, installed);
    assert.match(called ?? '', /^install --no-save /);
    assert.match(stdout, /Installing the npm dependencies/);
  });
}

test("npm's failure stops the scripts that come after", async (t) => {
  assert.equal((await project(t, { [path]: a }, undefined, 7)).status, 7);
});
