import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refuseTakenByNpm, type StartOptions, startOptions, UsageError } from '#local/start-options.ts';

test('without arguments the rooms are on port 8080 and the example is applied', () => {
  const room = '/project/docs/examples/liveroom.yaml';
  assert.deepEqual(startOptions([], '/project'), { httpPort: 8080, apiPort: 0, room });
});

test('ports and the room can be chosen', () => {
  const args = ['--http-port', '9000', '--api-port=6443', '--room', '/tmp/room.yaml'];
  assert.deepEqual(startOptions(args, '/project'), { httpPort: 9000, apiPort: 6443, room: '/tmp/room.yaml' });
});

test('--monitoring has a port of its own, which can be chosen', () => {
  const port = (args: readonly string[]) => (startOptions(args, '/project') as StartOptions).monitoringPort;
  assert.equal(port([]), undefined);
  assert.equal(port(['--monitoring']), 9090);
  assert.equal(port(['--monitoring', '--prometheus-port', '0']), 0);
});

test('--help wins over all else', () => assert.equal(startOptions(['--http-port', 'x', '--help'], '/project'), 'help'));

for (const [args, says] of [
  [['--http-port', 'x'], /--http-port is 'x': a port is a number from 0 to 65535/],
  [['--http-port', '65536'], /65535/],
  [['--http-port', '-1'], /--http-port/],
  [['--api-port='], /--api-port is ''/],
  [['--ports'], /--ports.*--help/s],
  [['--prometheus-port', '9091'], /--monitoring/],
  [['--monitoring', '--prometheus-port', 'x'], /--prometheus-port is 'x'/],
  [['room.yaml'], /--room room\.yaml.*--help/s],
] as const) {
  test(`\`${args.join(' ')}\` is refused, and the message says what would be right`, () => {
    assert.throws(
      () => startOptions(args, '/project'),
      (error) => error instanceof UsageError && says.test(error.message),
    );
  });
}

test('an option that npm has kept to itself is refused, with the command that was meant', () => {
  const npm = { npm_config_monitoring: 'true', npm_config_http_port: '9000', npm_config_yes: 'true' };
  assert.throws(() => refuseTakenByNpm(npm), { message: /npm start -- --http-port 9000 --monitoring$/ });
  // Its value is an argument then.
  assert.throws(() => refuseTakenByNpm({ npm_config_http_port: 'true' }), { message: /npm start -- --http-port …$/ });
  refuseTakenByNpm({ npm_config_yes: 'true' });
});
