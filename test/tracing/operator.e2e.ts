import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';

describe('the operator', () => {
  let dir: string;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'operator-'));
    await writeFile(join(dir, 'config.yaml'), 'images: {sfu: liveroom.dev/sfu:0.1.0}');
    for (const file of ['token', 'ca.crt']) await writeFile(join(dir, file), '');
  });
  after(() => rm(dir, { recursive: true }));

  /** How many modules of OpenTelemetry's SDK it has loaded when it ends. An API server is not needed for that. */
  async function loaded(env: Readonly<Record<string, string>>): Promise<number> {
    const child = spawn(process.execPath, ['operator/main.ts'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        CONFIG_FILE: join(dir, 'config.yaml'),
        SERVICEACCOUNT_DIR: dir,
        KUBERNETES_SERVICE_HOST: '127.0.0.1',
        KUBERNETES_SERVICE_PORT: '1',
        POD_IP: '127.77.0.7',
        NODE_OPTIONS: `--import=${import.meta.dirname}/loaded-modules.ts`,
        ...env,
      },
    });
    const ended = once(child, 'close');
    const said = text(child.stderr);
    for await (const line of createInterface({ input: child.stdout }))
      if (line.includes('"message":"started"')) child.kill('SIGTERM');
    assert.deepEqual(await ended, [0, null], await said);
    return Number(/loaded of OpenTelemetry: (\d+)/.exec(await said)?.[1]);
  }

  test('loads nothing of OpenTelemetry’s SDK where nobody wants traces', async () => {
    assert.equal(await loaded({ OTEL_EXPORTER_OTLP_ENDPOINT: '' }), 0);
  });

  test('loads what this test would see where somebody does', async () => {
    const count = await loaded({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' });
    assert.ok(count > 10, `${count} modules`);
  });
});
