import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { ensureBinaries } from '#local/binaries/ensure.ts';
import { query } from '#local/monitoring/query.ts';
import { terminalProgress } from '#local/progress.ts';
import { listen, portOf } from '#local/sockets.ts';
import { eventually } from '#test/harness/eventually.ts';
import { kubectl } from '#test/harness/kubectl.ts';
import { processesNaming, treeOf } from '#test/harness/processes.ts';
import { openSockets, socketsOf } from '#test/harness/sockets.ts';

/** `npm start` as a newcomer types it, in a process group of its own, as a terminal would give it. */
interface Started {
  readonly child: ChildProcess;
  /** All that it has said so far. */
  text(): string;
  /** Settles with the exit code. */
  readonly ended: Promise<number>;
}

const isRunning = /Ctrl-C stops everything/;
const running = new Set<ChildProcess>();

function npmStart(args: readonly string[], env: NodeJS.ProcessEnv = {}): Started {
  const child = spawn('npm', ['start', '--', ...args], { detached: true, env: { ...process.env, ...env } });
  running.add(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (text += data));
  // Not at npm's exit: what it has started may live on, and holds its output open.
  child.once('close', () => running.delete(child));
  const ended = once(child, 'exit').then(([code, signal]) => (signal === null ? Number(code) : 128));
  return { child, text: () => text, ended };
}

/** What a terminal does on Ctrl-C: every process of the group gets the signal. */
function ctrlC({ child }: Started): void {
  if (child.pid !== undefined) process.kill(-child.pid, 'SIGINT');
}

async function untilRunning(started: Started): Promise<void> {
  const gaveUp = started.ended.then((code) => {
    throw new Error(`npm start ended with ${code}:\n${started.text()}`);
  });
  await Promise.race([eventually('npm start is running', () => isRunning.test(started.text()), 90_000), gaveUp]);
}

const printed = (started: Started, pattern: RegExp): string => {
  const found = pattern.exec(started.text())?.[1];
  assert.ok(found, `${pattern} is not in:\n${started.text()}`);
  return found;
};

/** The folder of everything that a cluster has. */
const clusterDir = (started: Started) => dirname(printed(started, /Logs\s+(\S+)/));

/** What `kill -9` with npm's pid does: whoever npm has started is not told. */
function killNpm({ child }: Started): void {
  child.kill('SIGKILL');
}

async function endsWithoutTrace(started: Started, end: (started: Started) => void = ctrlC): Promise<void> {
  const dir = clusterDir(started);
  const sockets = await socketsOf(await processesNaming(dir));
  assert.notEqual(sockets.size, 0, 'the look for processes and their ports finds those that run');
  end(started);
  await started.ended;
  await eventually('it says so', () => /Stopped\./.test(started.text()), 20_000);
  await eventually('no process of it is left', async () => (await processesNaming(dir)).length === 0);
  await assert.rejects(stat(dir), { code: 'ENOENT' });
  await areClosed(sockets);
}

async function areClosed(sockets: ReadonlyMap<string, string>): Promise<void> {
  const left = async () => (await openSockets()).keys().some((inode) => sockets.has(inode));
  await eventually('no port of it is open', async () => !(await left()));
}

describe('npm start', { concurrency: false }, () => {
  after(() => {
    for (const { pid } of running) {
      try {
        if (pid !== undefined) process.kill(-pid, 'SIGKILL');
      } catch {
        // All of it has just ended.
      }
    }
  });

  test('brings a room up, says how to use it, and leaves nothing after Ctrl-C', async () => {
    const started = npmStart(['--http-port', '0']);
    await untilRunning(started);

    const player = new URL(printed(started, /Watch\s+(\S+)/));
    assert.match(player.hash, /^#token=.{20,}/);
    assert.equal(player.search, '');
    const page = await fetch(player);
    assert.equal(page.status, 200);
    assert.match(await page.text(), /<title>LiveRoom/);
    const publisherPage = new URL(printed(started, /Publish\s+(\S+)/));
    assert.match(publisherPage.pathname, /\/default\/demo\/publish$/);
    const authorization = `Bearer ${printed(started, /Token\s+(\S+)/)}`;
    assert.equal(authorization, `Bearer ${new URLSearchParams(publisherPage.hash.slice(1)).get('token')}`);
    const headers = { 'Content-Type': 'application/sdp', authorization };
    const offered = await fetch(printed(started, /WHIP\s+(\S+)/), { method: 'POST', headers, body: 'v=0' });
    assert.equal(offered.status, 400, 'the token fits, so that the offer is read');
    const rooms = await fetch(printed(started, /Rooms\s+(\S+)/));
    assert.match(await rooms.text(), /default\/demo<.*>Ready<.*href="\/default\/demo\/publish"/s);
    assert.match(started.text(), /kubectl --kubeconfig \.liveroom\/kubeconfig get liverooms/);

    // A client-side apply warns about an object that was made in any other way.
    const shown = terminalProgress(process.stderr);
    const binaries = await ensureBinaries({ want: ['kubectl'], env: process.env, progress: shown });
    const kube = kubectl(binaries.kubectl, '.liveroom/kubeconfig');
    const again = await kube.try(['apply', '-f', 'docs/examples/liveroom.yaml']);
    assert.deepEqual(again, { code: 0, stdout: 'liveroom.liveroom.dev/demo unchanged\n', stderr: '' });

    await kube.run(['delete', 'secret', 'demo-tokens']);
    await kube.run(['annotate', 'liveroom', 'demo', 'liveroom.dev/renew-tokens=now']);
    const renewed = await eventually('there are new tokens', () =>
      kube.get<{ data?: { publish?: string } }>('secret', 'demo-tokens'),
    );
    const second = npmStart(['--room', 'docs/examples/liveroom.yaml']);
    assert.equal(await second.ended, 0);
    assert.match(second.text(), /running already/);
    assert.match(second.text(), /--room changes nothing there.*the line Add of the first one shows how/);
    assert.match(second.text(), /Add\s+\S+ --kubeconfig \.liveroom\/kubeconfig apply -f ROOM\.yaml\n/);
    const publisher = new URL(printed(second, /Publish\s+(\S+)/));
    const token = Buffer.from(renewed.data?.publish ?? '', 'base64').toString();
    assert.equal(new URLSearchParams(publisher.hash.slice(1)).get('token'), token);
    assert.notEqual(printed(second, /Watch\s+(\S+)/), player.href);

    await endsWithoutTrace(started);
  });

  test('does so without namespaces too, says what is missing then, and leaves nothing when npm is killed', async () => {
    const started = npmStart(['--http-port', '0'], { LIVEROOM_NAMESPACE: 'none' });
    await untilRunning(started);
    assert.match(started.text(), /What is missing then: EndpointSlices/);
    assert.equal((await fetch(printed(started, /Watch\s+(\S+)/))).status, 200);
    await endsWithoutTrace(started, killNpm);
  });

  test('with --monitoring prints a Prometheus that knows the room, and a page of plots', async () => {
    const started = npmStart(['--http-port', '0', '--monitoring', '--prometheus-port', '0']);
    await untilRunning(started);
    const prometheus = printed(started, /Prometheus\s+(http\S+)/);
    assert.equal((await query(prometheus, 'up{job="live-sfu"} == 1')).length, 1);
    const hasPages = (await fetch(prometheus)).ok;
    assert.equal(/Prometheus .*without its own pages/.test(started.text()), !hasPages);
    const page = await fetch(printed(started, /Plots\s+(http\S+)/));
    assert.equal(page.status, 200);
    assert.match(await page.text(), /<title>LiveRoom/);
    await endsWithoutTrace(started);
  });

  test('with --monitoring, but without namespaces, says what is left out and what would allow it', async () => {
    const args = ['--http-port', '0', '--monitoring', '--prometheus-port', '0'];
    const started = npmStart(args, { LIVEROOM_NAMESPACE: 'none' });
    await untilRunning(started);
    assert.match(started.text(), /This would allow it: unset LIVEROOM_NAMESPACE.*--monitoring is left out/s);
    assert.doesNotMatch(started.text(), /Plots/);
    await endsWithoutTrace(started);
  });

  test('names a port that is in use, and how to choose another', async () => {
    const taken = await listen('127.0.0.1', 0);
    try {
      const started = npmStart(['--http-port', '0', '--monitoring', '--prometheus-port', String(portOf(taken))]);
      assert.notEqual(await started.ended, 0);
      const other = `npm start -- --http-port 0 --monitoring --prometheus-port ${portOf(taken) + 1}`;
      assert.match(started.text(), new RegExp(`${portOf(taken)}.*${other}`, 's'));
    } finally {
      taken.close();
    }
  });

  test('is stopped by a Ctrl-C in the middle of the start, too', async () => {
    const started = npmStart(['--http-port', '0']);
    await eventually('it has begun', () => /The API server is ready/.test(started.text()), 90_000);
    const pids = await treeOf(started.child.pid ?? 0);
    const sockets = await socketsOf(pids);
    assert.notEqual(sockets.size, 0);
    ctrlC(started);
    await started.ended;
    assert.match(started.text(), /Stopped\./);
    const left = await Promise.all(
      pids.map((pid) =>
        stat(`/proc/${pid}`).then(
          () => [pid],
          () => [],
        ),
      ),
    );
    assert.deepEqual(left.flat(), []);
    await areClosed(sockets);
  });

  test('names the room file that the API server refuses, and why', async (t) => {
    const dir = await mkdtemp(join(tmpdir(), 'liveroom-test-'));
    t.after(() => rm(dir, { recursive: true }));
    const file = join(dir, 'room.yaml');
    const room = 'apiVersion: liveroom.dev/v1alpha1\nkind: LiveRoom\nmetadata: {name: a}\nspec: {plya: {}}\n';
    await writeFile(file, room);
    const started = npmStart(['--http-port', '0', '--room', file]);
    assert.notEqual(await started.ended, 0);
    assert.match(started.text(), new RegExp(`The room of ${file} was refused:\\n.*unknown field "spec\\.plya"`));
  });

  test('says what is wrong with an option it does not know', async () => {
    const started = npmStart(['--htp-port', '1']);
    assert.notEqual(await started.ended, 0);
    assert.match(started.text(), /--htp-port/);
  });
});
