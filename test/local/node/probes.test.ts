import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import type { Running } from '#local/node/container.ts';
import { healthChecks } from '#local/node/health.ts';
import type { Container } from '#local/node/objects.ts';
import { type Handler, type ProbeTarget, portNumber, runProbe } from '#local/node/probe.ts';
import { portOf } from '#local/sockets.ts';
import { eventually } from '#test/harness/eventually.ts';
import { aContainer } from './seen-pod.ts';

const env = { PATH: '/usr/bin:/bin' };

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
  /** A command takes a while to begin on a busy machine. */
  const ampleMs = 10_000;
  const refusal = async (handler: Handler, timeoutMs = ampleMs) => (await runProbe(handler, target, timeoutMs)).message;

  test('succeed with 200 to 399, by a port’s name', async () => {
    for (const [code, succeeded] of [
      [200, true],
      [399, true],
      [400, false],
      [503, false],
    ] as const) {
      status = code;
      assert.equal((await runProbe(get('/'), target, ampleMs)).succeeded, succeeded, String(code));
    }
    assert.equal(await refusal(get('/')), 'HTTP probe failed with statuscode: 503');
  });

  test('fail with what went wrong', async () => {
    assert.equal(await refusal(get('/never'), 500), 'no answer within 0.5 s');
    assert.match(await refusal({ tcpSocket: { port: 1 } }), /ECONNREFUSED/);
    assert.equal(await refusal({ tcpSocket: { port: 'http' } }), '');
    assert.equal(await refusal({ exec: { command: ['sh', '-c', 'echo no >&2; exit 4'] } }), 'command ended with 4: no');
    assert.equal(await refusal({ exec: { command: ['true'] } }), '');
    assert.equal(await refusal({ exec: { command: ['sleep', '60'] } }, 500), 'no answer within 0.5 s');
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
