import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

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
      const file = join(import.meta.dirname, '../../operator/main.ts');
      execFile(process.execPath, [file, ...args], { env }, (error, stdout, stderr) =>
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
});
