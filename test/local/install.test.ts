import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { eventually } from '#test/harness/eventually.ts';

interface Project {
  readonly wanted: object;
  readonly installed?: object | undefined;
  /** What the stand-in for npm does after it has noted how it was called. */
  readonly npm?: string;
}

/** A project with a lock file, an installation and a stand-in for npm that notes how it is called. */
async function project(t: TestContext, { wanted, installed, npm = '' }: Project) {
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
  const npmFile = join(dir, 'npm.cjs');
  const note =
    "require('node:fs').appendFileSync('called', process.pid + ' ' + process.argv.slice(2).join(' ') + '\\n');";
  await writeFile(npmFile, `${note}\n${npm}`);
  const exists = (file: string) =>
    access(join(dir, file)).then(
      () => true,
      () => false,
    );
  /** The arguments of each call of npm, after the id of its process. */
  const calls = async () => (await readFile(join(dir, 'called'), 'utf8').catch(() => '')).split('\n').slice(0, -1);
  const start = () => {
    const child = spawn(process.execPath, [join(dir, 'local/install.js')], {
      env: { ...process.env, npm_execpath: npmFile },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return { child, ended: endOf(child) };
  };
  return { dir, exists, calls, start };
}

async function endOf(child: ChildProcess) {
  assert.ok(child.stdout);
  const [stdout, [status]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  return { status, stdout };
}

/** Installs once, to the end. */
async function installed(t: TestContext, options: Project) {
  const { start, calls } = await project(t, options);
  return { ...(await start().ended), calls: await calls() };
}

const a = { version: '1.0.0', integrity: 'sha512-a' };
const path = 'node_modules/a';

test('what is installed already is not installed again, and nothing is said', async (t) => {
  const found = await installed(t, { wanted: { [path]: a }, installed: { [path]: a } });
  assert.deepEqual(found, { status: 0, stdout: '', calls: [] });
});

test('an optional package of another system is not missed', async (t) => {
  const wanted = { [path]: a, 'node_modules/for-a-mac': { ...a, optional: true } };
  assert.deepEqual((await installed(t, { wanted, installed: { [path]: a } })).calls, []);
});

for (const [what, present] of Object.entries({
  'nothing is installed': undefined,
  'a package is missing': {},
  'a package has another version': { [path]: { ...a, version: '0.9.0' } },
  'a package has other content': { [path]: { ...a, integrity: 'sha512-b' } },
})) {
  test(`npm installs when ${what}, in the project, without changing the lock file`, async (t) => {
    const { calls, stdout } = await installed(t, { wanted: { [path]: a }, installed: present });
    assert.match(calls.join(), /^\d+ install --no-save /);
    assert.match(stdout, /Installing the npm dependencies/);
  });
}

test("npm's failure stops the scripts that come after", async (t) => {
  assert.equal((await installed(t, { wanted: { [path]: a }, npm: 'process.exit(7)' })).status, 7);
});

const forever = 'setInterval(() => {}, 1000)';

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`${signal} ends npm too, and nothing half installed is left`, async (t) => {
    const { start, calls, exists } = await project(t, { wanted: { [path]: a }, npm: forever });
    const { child, ended } = start();
    await eventually('npm runs', async () => (await calls()).length === 1);
    child.kill(signal);
    assert.equal((await ended).status, 130);
    const pid = Number.parseInt((await calls()).join(), 10);
    assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
    assert.equal(await exists('node_modules'), false);
    assert.equal(await exists('.liveroom/installing'), false);
  });
}

test('a second install waits for the first, and finds its work done', async (t) => {
  const done = JSON.stringify(JSON.stringify({ packages: { [path]: a } }));
  const npm = `const fs = require('node:fs');
    setInterval(() => {
      if (!fs.existsSync('go')) return;
      fs.writeFileSync('node_modules/.package-lock.json', ${done});
      process.exit();
    }, 20);`;
  const { dir, start, calls } = await project(t, { wanted: { [path]: a }, npm });
  const first = start();
  await eventually('npm runs', async () => (await calls()).length === 1);
  const second = start();
  const [said] = await once(second.child.stdout, 'data');
  assert.match(String(said), /Another command is installing .* waiting/);
  await writeFile(join(dir, 'go'), '');
  assert.equal((await first.ended).status, 0);
  assert.equal((await second.ended).status, 0);
  assert.equal((await calls()).length, 1);
});

test('after an install that was killed, the next one begins anew', async (t) => {
  const { dir, start, calls, exists } = await project(t, { wanted: { [path]: a }, installed: { [path]: a } });
  await mkdir(join(dir, '.liveroom'));
  // No process has this id: it is above the highest that Linux gives.
  await writeFile(join(dir, '.liveroom/installing'), '4194305');
  const { stdout, status } = await start().ended;
  assert.equal(status, 0);
  assert.match(stdout, /cut off/);
  assert.equal((await calls()).length, 1);
  assert.equal(await exists('node_modules'), false, 'the stand-in installs nothing');
});
