import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { namespaceCommand } from '#local/network.ts';
import { hungExitCode } from '#server/probes/last-words.ts';
import { eventually } from '#test/harness/eventually.ts';

const script = fileURLToPath(new URL('./hanging-server.ts', import.meta.url));

/** A whole server in a process of its own, whose main thread hangs when it is told to. */

interface Hanging {
  readonly log: readonly Readonly<Record<string, unknown>>[];
  readonly hang: (way: 'loop' | 'wait') => void;
  readonly ended: Promise<readonly unknown[]>;
}

/** `before` is the beginning of its command line. */
async function hanging(t: TestContext, before: readonly string[] = []): Promise<Hanging> {
  const dir = await mkdtemp(join(tmpdir(), 'liveroom-hang-'));
  await writeFile(join(dir, 'rooms.yaml'), 'rooms: [{name: stage}]');
  const anyPort = ['--http', '--internal', '--media'].flatMap((option) => [option, '127.0.0.1:0']);
  const [file = '', ...args] = [
    ...before,
    process.execPath,
    script,
    join(dir, 'rooms.yaml'),
    ...anyPort,
    '--hang-limit',
    '2',
  ];
  const child = spawn(file, args, { stdio: ['pipe', 'ignore', 'pipe'] });
  const ended = once(child, 'exit');
  t.after(async () => {
    child.kill('SIGKILL');
    await ended;
    await rm(dir, { recursive: true });
  });
  const log: Record<string, unknown>[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => log.push(JSON.parse(line)));
  await eventually('it has started', () => log.some(({ message }) => message === 'server started'));
  return { log, ended, hang: (way) => void child.stdin.write(way) };
}

/** What the last line of its log must be. */
function assertToldOfHang(log: Hanging['log']): void {
  const { time, hungSeconds, ...last } = log.at(-1) ?? {};
  assert.ok(Number(hungSeconds) >= 2, `${hungSeconds} s`);
  assert.ok(!Number.isNaN(Date.parse(String(time))));
  const message = `the main thread has hung for ${hungSeconds} s: the process ends`;
  assert.deepEqual(last, { level: 'error', message, exitCode: hungExitCode });
}

test('a main thread that hangs is told of in the log, and ends the process', async (t) => {
  const { log, ended, hang } = await hanging(t);
  hang('loop');
  assert.deepEqual(await ended, [hungExitCode, null]);
  assertToldOfHang(log);
});

/** The network stays this one: the server listens on its loopback. */
const asFirst = namespaceCommand.map((word) => (word === '-rn' ? '-r' : word));
const [unshare = '', ...flags] = asFirst;
const canBeFirst = spawnSync(unshare, [...flags, 'true']).status === 0;

test('so does the first process of a container, which no signal of its own can end', {
  skip: !canBeFirst,
}, async (t) => {
  const { log, ended, hang } = await hanging(t, asFirst);
  hang('wait');
  assert.deepEqual(await ended, [hungExitCode, null]);
  assertToldOfHang(log);
});
