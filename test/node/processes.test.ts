import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Running } from '#local/node/container.ts';
import { healthChecks } from '#local/node/health.ts';
import { logFile } from '#local/node/log-file.ts';
import { lineSplitter, logQuery, selectedLines, shownLine } from '#local/node/log-lines.ts';
import type { Container } from '#local/node/objects.ts';
import { type Handler, type ProbeTarget, portNumber, runProbe } from '#local/node/probe.ts';
import { startProcess } from '#local/node/process.ts';
import { serially } from '#local/node/serially.ts';
import { portOf } from '#local/sockets.ts';
import { eventually } from '#test/harness/eventually.ts';
import { aContainer } from './seen-pod.ts';

const shell = (script: string) => ({ file: 'sh', args: ['-c', script], cwd: '/' });
const env = { PATH: '/usr/bin:/bin' };

async function started(script: string) {
  const said: string[] = [];
  const stream = () => lineSplitter((line) => said.push(line));
  const process = await startProcess(shell(script), env, { stdout: stream(), stderr: stream() });
  return { process, said };
}

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('a process', () => {
  test('ends with its exit code, and all it said is there by then', async () => {
    const { process, said } = await started('echo out; printf half >&2; exit 3');
    assert.equal(await process.ended, 3);
    assert.deepEqual(said.sort(), ['half', 'out']);
  });

  test('ended by a signal has 128 and its number', async () => {
    const { process } = await started('exec sleep 60');
    process.terminate();
    assert.equal(await process.ended, 143);
  });

  test('takes its children with it', async () => {
    const { process, said } = await started('sleep 60 & echo $!; wait');
    const child = await eventually('its child is there', () => Number(said[0]) || undefined);
    process.kill();
    assert.equal(await process.ended, 137);
    await eventually('the child is gone', () => !isAlive(child));
  });

  test('that ends leaves no child behind', async () => {
    const { process, said } = await started('sleep 60 & echo $!');
    assert.equal(await process.ended, 0);
    await eventually('the child is gone', () => !isAlive(Number(said[0])));
  });

  test('that cannot be executed is an error', async () => {
    const ignored = { stdout: () => {}, stderr: () => {} };
    await assert.rejects(startProcess({ file: '/no/such', args: [], cwd: '/' }, env, ignored), /ENOENT/);
  });
});

describe('a log', () => {
  const directory = mkdtempSync(join(tmpdir(), 'log-'));
  after(() => rmSync(directory, { recursive: true }));
  const texts = (lines: readonly string[]) => lines.map((line) => line.slice(line.indexOf(' ') + 1));

  test('has the lines of both streams, each whole and with its time', () => {
    const log = logFile(join(directory, 'a.log'), () => Date.parse('2026-01-01T00:00:00Z'));
    const [out, err] = [log.stream(), log.stream()];
    out(Buffer.from('one\ntw'));
    err(Buffer.from('error\n'));
    out(Buffer.from('o\n'));
    out(undefined);
    assert.deepEqual(texts(log.lines()), ['one', 'error', 'two']);
    assert.equal(log.lines()[0], '2026-01-01T00:00:00.000Z one');
    log.end();
  });

  test('keeps its latest part when it grows', () => {
    const log = logFile(join(directory, 'b.log'), Date.now, 1000);
    const write = log.stream();
    for (let line = 0; line < 100; line++) write(Buffer.from(`line ${line}\n`));
    const kept = texts(log.lines());
    assert.equal(kept.at(-1), 'line 99');
    assert.ok(kept.length >= 25 && kept.length < 80, `${kept.length} lines`);
    log.end();
    assert.deepEqual(
      readdirSync(directory)
        .filter((name) => name.startsWith('b.'))
        .sort(),
      ['b.log', 'b.log.1'],
    );
  });

  test('can be followed to its end', () => {
    const log = logFile(join(directory, 'c.log'), Date.now);
    const write = log.stream();
    const heard: string[] = [];
    log.follow(
      (line) => heard.push(line),
      () => heard.push('- end'),
    );
    write(Buffer.from('x\n'));
    log.end();
    log.follow(
      () => {},
      () => heard.push('- ended before'),
    );
    assert.deepEqual(texts(heard), ['x', 'end', 'ended before']);
  });

  test('cuts a line that never ends', () => {
    const lines: string[] = [];
    const split = lineSplitter((line) => lines.push(line));
    for (let chunk = 0; chunk < 20; chunk++) split(Buffer.alloc(1000, 'x'));
    assert.equal(lines.length, 1);
    assert.equal(lines[0]?.length, 17_000);
  });

  test('is asked for its last lines, those since a time, and with or without times', () => {
    const now = Date.parse('2026-01-01T00:01:00Z');
    const lines = ['2026-01-01T00:00:00.000Z old', '2026-01-01T00:00:55.000Z a b', '2026-01-01T00:00:59.000Z c'];
    const shown = (query: string) => {
      const asked = logQuery(new URLSearchParams(query), now);
      return selectedLines(lines, asked).map((line) => shownLine(line, asked));
    };
    assert.deepEqual(shown('tailLines=1'), ['c\n']);
    assert.deepEqual(shown('tailLines=0'), []);
    assert.deepEqual(shown('sinceSeconds=10'), ['a b\n', 'c\n']);
    assert.deepEqual(shown('sinceTime=2026-01-01T00:00:58Z&timestamps=true'), ['2026-01-01T00:00:59.000Z c\n']);
    assert.deepEqual(shown('tailLines=many').length, 3);
  });
});

describe('probes of a process', () => {
  let status = 200;
  const server = createServer((request, response) => {
    response.statusCode = request.url === '/never' ? 200 : status;
    if (request.url !== '/never') response.end();
  });
  let target: ProbeTarget;
  before(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const ports = [{ name: 'http', containerPort: portOf(server) }];
    target = { podIP: '127.0.0.1', ports, env, command: ([file = '', ...args]) => ({ file, args, cwd: '/' }) };
  });
  after(() => {
    server.close();
    server.closeAllConnections();
  });

  const get = (path: string): Handler => ({ httpGet: { path, port: 'http' } });
  const refusal = async (handler: Handler) => (await runProbe(handler, target, 500)).message;

  test('succeed with 200 to 399, by a port’s name', async () => {
    for (const [code, succeeded] of [
      [200, true],
      [399, true],
      [400, false],
      [503, false],
    ] as const) {
      status = code;
      assert.equal((await runProbe(get('/'), target, 500)).succeeded, succeeded, String(code));
    }
    assert.equal(await refusal(get('/')), 'HTTP probe failed with statuscode: 503');
  });

  test('fail with what went wrong', async () => {
    assert.equal(await refusal(get('/never')), 'no answer within 0.5 s');
    assert.match(await refusal({ tcpSocket: { port: 1 } }), /ECONNREFUSED/);
    assert.equal(await refusal({ tcpSocket: { port: 'http' } }), '');
    assert.equal(await refusal({ exec: { command: ['sh', '-c', 'echo no >&2; exit 4'] } }), 'command ended with 4: no');
    assert.equal(await refusal({ exec: { command: ['true'] } }), '');
    assert.equal(await refusal({ exec: { command: ['sleep', '60'] } }), 'no answer within 0.5 s');
    assert.throws(() => portNumber('other', target.ports), /no container port is named other/);
  });

  const findingsOf = (container: Partial<Container>, isEnding = false) => {
    const findings: Partial<Running>[] = [];
    const health = healthChecks({
      ...{ container: aContainer('main', container), target, graceMs: 5_000, isEnding: () => isEnding },
      onFinding: (finding) => findings.push(finding),
      onFailure: () => {},
    });
    return { findings, health };
  };

  test('find out that it has started, then that it is ready', async () => {
    status = 200;
    const { findings, health } = findingsOf({ startupProbe: get('/'), readinessProbe: get('/') });
    await eventually('it is ready', () => findings.length === 2);
    health.stop();
    assert.deepEqual(findings, [{ started: true, ready: false }, { ready: true }]);
  });

  test('give it up after as many failures as allowed, with the probe’s grace period', async () => {
    status = 503;
    const livenessProbe = { ...get('/'), failureThreshold: 1, terminationGracePeriodSeconds: 1 };
    const { findings, health } = findingsOf({ livenessProbe });
    await eventually('it is unhealthy', () => findings.length > 0);
    health.stop();
    assert.deepEqual(findings, [{ unhealthy: { probe: 'liveness', graceMs: 1_000 } }]);
  });

  test('of a pod that is being deleted only look at readiness', async () => {
    status = 200;
    const { findings, health } = findingsOf({ livenessProbe: get('/never'), readinessProbe: get('/') }, true);
    await eventually('it is ready', () => findings.length > 0);
    health.stop();
    assert.deepEqual(findings, [{ ready: true }]);
  });
});

test('a task asked for while it runs runs once more, and a failure does not end that', async () => {
  const runs: string[] = [];
  let release = () => {};
  const errors: unknown[] = [];
  const ask = serially(
    async () => {
      runs.push('run');
      if (runs.length === 1) await new Promise<void>((resolve) => (release = resolve));
      if (runs.length === 1) throw new Error('first');
    },
    (error) => errors.push(error),
  );
  ask();
  ask();
  ask();
  release();
  await eventually('it ran twice', () => runs.length === 2);
  assert.equal(errors.length, 1);
  ask();
  await eventually('and again', () => runs.length === 3);
});
