import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import { eventually } from '#test/harness/eventually.ts';
import { serverProcess } from './server/server-process.ts';

test('who starts a server is told the URLs of its rooms, and of those that come later', async (t) => {
  const server = await serverProcess('rooms: [{name: first}]');
  t.after(() => server.end());
  await eventually('the first room is told', () => server.told().includes('Room first\n'));
  await server.writeRooms('rooms: [{name: first}, {name: second, play: {auth: {mode: None}}}]');
  await eventually('the second room is told', () => server.told().includes('/default/second/whep'));
  assert.equal(server.told().split('Room first\n').length, 2, 'the first is not told again');
  assert.ok(server.told().includes(`WHIP     ${server.url('/default/second/whip')}  Bearer the-publish-token\n`));
});

test('where Node has no node:ffi, the log says once what takes more CPU, why, and what to do: parts of media, and handshakes', async (t) => {
  const hidden = `const { getBuiltinModule } = process;
    process.getBuiltinModule = (id) => (id === 'node:ffi' ? undefined : getBuiltinModule(id));`;
  const server = await serverProcess('rooms: [{name: stage}]', {
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hidden)}`,
  });
  t.after(server.end);
  const warned = server.said.map((line) => JSON.parse(line)).filter(({ level }) => level === 'warn');
  const reason = 'this Node has no node:ffi';
  const remedy = 'run a Node with node:ffi (26) on Linux';
  assert.deepEqual(
    warned.map(({ time: _, level: __, ...line }) => line),
    [
      {
        message: `parts of media are done by node:crypto or dgram, so that they take more CPU: ${remedy}`,
        parts: ['sending packets', 'opening packets', 'deriving keys'].map((part) => ({ part, reason })),
      },
      { message: `handshakes are calculated by node:crypto, so that a join takes more CPU: ${remedy}`, reason },
    ],
  );
});

describe('a server that does not start', () => {
  /** Runs the server's entry; resolves to what it wrote to its error output and its exit code. */
  const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    new Promise<{ code: number; stderr: string; stdout: string }>((resolve) => {
      execFile(
        process.execPath,
        ['server/main.ts', ...args],
        { env: { PATH: process.env['PATH'], ...env }, timeout: 60_000 },
        (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), stderr, stdout }),
      );
    });

  const anyPort = ['--http', '127.0.0.1:0', '--internal', '127.0.0.1:0', '--media', '127.0.0.1:0'];

  test('says which file is missing, and exits with 1', async () => {
    const pod = await run([], { POD_IP: '127.0.0.1', ROOMS_FILE: '/nowhere/rooms.yaml' });
    assert.deepEqual(pod, {
      code: 1,
      stdout: '',
      stderr: 'Cannot read the rooms file /nowhere/rooms.yaml: there is no such file\n',
    });
    const nothing = await run([]);
    assert.equal(nothing.code, 1);
    assert.match(nothing.stderr, /No rooms file is given\. Try: npm run sfu -- docs\/examples\/rooms\.yaml/);
  });

  test('says which addresses are in use, all at once, and with which options to choose others', async () => {
    const udp = createSocket('udp4').bind(0, '127.0.0.1');
    const tcp = createServer().listen(0, '127.0.0.1');
    await Promise.all([once(udp, 'listening'), once(tcp, 'listening')]);
    for (const [option, protocol, port] of [
      ['--http', 'TCP', (tcp.address() as AddressInfo).port],
      ['--internal', 'TCP', (tcp.address() as AddressInfo).port],
      ['--media', 'UDP', udp.address().port],
    ] as const) {
      const others = anyPort.filter((_, index) => anyPort[index - (index % 2)] !== option);
      const taken = await run(['docs/examples/rooms.yaml', ...others, option, `127.0.0.1:${port}`]);
      assert.deepEqual(taken, {
        code: 1,
        stdout: '',
        stderr:
          `${protocol} 127.0.0.1:${port} is in use. ` +
          `Choose another: npm run sfu -- docs/examples/rooms.yaml ${others.join(' ')} ${option} 127.0.0.1:${port + 1}\n`,
      });
    }
    const [http, media] = [(tcp.address() as AddressInfo).port, udp.address().port];
    const announced = ['--announce', `192.0.2.1:${media},192.0.2.2:9000`];
    const both = ['--http', `127.0.0.1:${http}`, '--media', `127.0.0.1:${media}`, ...announced];
    const { stderr } = await run(['docs/examples/rooms.yaml', '--internal', '127.0.0.1:0', ...both]);
    assert.equal(
      stderr,
      `TCP 127.0.0.1:${http} is in use; UDP 127.0.0.1:${media} is in use. Choose others: ` +
        'npm run sfu -- docs/examples/rooms.yaml --internal 127.0.0.1:0 ' +
        `--http 127.0.0.1:${http + 1} --media 127.0.0.1:${media + 1} --announce 192.0.2.1:${media + 1},192.0.2.2:9000\n`,
    );
    udp.close();
    tcp.close();
  });

  test('leaves at once when it is told to while it starts', async () => {
    // From the moment that the signal is heard at all: before it, a container's first process cannot be told anything.
    const tell =
      "setInterval(() => process.listenerCount('SIGTERM') && process.kill(process.pid, 'SIGTERM'), 1).unref()";
    const { code, stderr } = await run(['docs/examples/rooms.yaml', ...anyPort], {
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(tell)}`,
    });
    assert.deepEqual([code, stderr], [0, '']);
  });

  test('ends when the npm that started it is told to', async () => {
    const npm = spawn('npm', ['run', 'sfu', '--', 'docs/examples/rooms.yaml', ...anyPort]);
    // Not before all have ended who write there.
    const closed = once(npm, 'close');
    let said = '';
    npm.stdout.on('data', (text) => (said += text));
    await eventually('it has started', () => /WHEP/.test(said), 60_000);
    npm.kill('SIGTERM');
    await closed;
  });

  test('explains itself', async () => {
    const { code, stdout } = await run(['--help']);
    assert.equal(code, 0);
    assert.match(stdout, /^Usage: npm run sfu -- ROOMS_FILE/);
  });
});
