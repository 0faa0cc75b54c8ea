import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

const program = join(import.meta.dirname, '../../operator/main.ts');
/** It is started often: what is compiled already is not compiled again. */
const compiled = { NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? '' };
const good = 'images: {sfu: liveroom.dev/sfu:0.1.0}\n';

describe('the program', () => {
  let dir: string;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'liveroom-start-'));
    await writeFile(join(dir, 'good.yaml'), good);
    await writeFile(join(dir, 'bad.yaml'), 'images: {}');
  });
  after(() => rm(dir, { recursive: true }));

  const start = (env: Record<string, string>, ...args: string[]) =>
    new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
      execFile(process.execPath, [program, ...args], { env: { ...compiled, ...env } }, (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
      );
    });

  test('--help says what it reads', async () => {
    const { code, stdout } = await start({}, '--help');
    assert.equal(code, 0);
    assert.match(stdout, /CONFIG_FILE .* \(required\)/);
  });

  const failures: Readonly<Record<string, readonly [(dir: string) => Record<string, string>, RegExp]>> = {
    'without CONFIG_FILE': [() => ({}), /CONFIG_FILE is not set/],
    'without the file': [() => ({ CONFIG_FILE: '/nowhere.yaml' }), /CONFIG_FILE: .*\/nowhere\.yaml/],
    'with a bad file': [(at) => ({ CONFIG_FILE: join(at, 'bad.yaml') }), /images\.sfu/],
    'with a bad level': [(at) => ({ CONFIG_FILE: join(at, 'good.yaml'), LOG_LEVEL: 'loud' }), /LOG_LEVEL is loud/],
    'outside a cluster': [(at) => ({ CONFIG_FILE: join(at, 'good.yaml') }), /KUBERNETES_SERVICE_HOST is not set/],
    'without an account': [
      (at) => ({
        CONFIG_FILE: join(at, 'good.yaml'),
        KUBERNETES_SERVICE_HOST: '127.0.0.1',
        KUBERNETES_SERVICE_PORT: '1',
        SERVICEACCOUNT_DIR: '/nowhere',
      }),
      /\/nowhere\/ca\.crt/,
    ],
  };
  for (const [name, [env, message]] of Object.entries(failures))
    test(`ends ${name}, and says so in one line`, async () => {
      const { code, stderr } = await start(env(dir));
      assert.equal(code, 1);
      assert.match(stderr, message);
      assert.equal(stderr.trim().split('\n').length, 1);
    });

  test('told to end before it has begun, it begins so far that it can end in order', async () => {
    const [config, kubeconfig] = [join(dir, 'config.pipe'), join(dir, 'kubeconfig')];
    execFileSync('mkfifo', [config]);
    const user = { name: 'x', user: {} };
    const cluster = { name: 'x', cluster: { server: 'https://127.0.0.1:1' } };
    const context = { name: 'x', context: { cluster: 'x', user: 'x' } };
    const nobody = { 'current-context': 'x', clusters: [cluster], users: [user], contexts: [context] };
    await writeFile(kubeconfig, JSON.stringify(nobody));
    const env = {
      ...compiled,
      CONFIG_FILE: config,
      KUBECONFIG: kubeconfig,
      POD_IP: '127.77.0.15',
      POD_NAMESPACE: 'live',
    };
    const child = spawn(process.execPath, [program], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'exit');
    const lines = child.stdout.setEncoding('utf8').toArray();
    // Opened when the program reads it, and waits.
    const writer = await open(config, 'w');
    child.kill('SIGTERM');
    await writer.writeFile(good);
    await writer.close();
    assert.deepEqual(await ended, [0, null]);
    assert.match((await lines).join(''), /"stopping".*"SIGTERM"/);
  });
});
