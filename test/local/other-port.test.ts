import assert from 'node:assert/strict';
import { test } from 'node:test';
import { otherPort } from '#local/other-port.ts';
import { PortInUse } from '#local/sockets.ts';
import { type StartOptions, startOptions } from '#local/start-options.ts';

const table: Readonly<Record<string, readonly [readonly string[], number, string]>> = {
  'no options': [[], 8080, '--http-port 8081'],
  'another option': [['--room', 'room.yaml'], 8080, '--room room.yaml --http-port 8081'],
  'Prometheus’ port': [
    ['--monitoring', '--http-port', '8081'],
    9090,
    '--monitoring --http-port 8081 --prometheus-port 9091',
  ],
  'a port that was given': [['--http-port', '80', '--monitoring'], 80, '--http-port 81 --monitoring'],
  'a port that was given in one word': [['--api-port=6443', '--room=a.yaml'], 6443, '--api-port=6444 --room=a.yaml'],
  'a port that was given twice': [['--http-port', '1', '--http-port', '80'], 80, '--http-port 1 --http-port 81'],
  'a next port that is asked for already': [
    ['--http-port', '9089', '--monitoring'],
    9089,
    '--http-port 9091 --monitoring',
  ],
  'the last port that there is': [['--http-port', '65535'], 65_535, '--http-port 0'],
  'a file whose name a shell would take apart': [
    ['--room', "my room's.yaml"],
    8080,
    String.raw`--room 'my room'\''s.yaml' --http-port 8081`,
  ],
};

for (const [what, [args, port, other]] of Object.entries(table))
  test(`a port in use, with ${what}: the advice is the same command with that port changed`, () => {
    const options = startOptions(args, '/project') as StartOptions;
    const inUse = new PortInUse('TCP', '127.0.0.1', port);
    assert.equal(
      otherPort(inUse, options, args),
      `TCP port ${port} on 127.0.0.1 is in use. Free it, or choose another: npm start -- ${other}`,
    );
  });
