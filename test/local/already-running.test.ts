import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alreadyRunning } from '#local/already-running.ts';

const told = (...args: string[]) => alreadyRunning('/liveroom', args, '  Watch  here\n');

test('a second npm start says where the first one runs, and all that it has to say', () => {
  assert.equal(told(), '`npm start` is running already in /liveroom. Ctrl-C there stops it.\n\n  Watch  here\n');
});

test('of its options it says that they change nothing, and of a room how it is added all the same', () => {
  const [first, second] = told('--room', 'talk.yaml').split('\n');
  assert.match(first ?? '', /Ctrl-C there stops it\.$/);
  assert.equal(
    second,
    '--room changes nothing there: to start with it, stop the other one first. To add a room, apply it with kubectl: the line Add of the first one shows how.',
  );
  assert.equal(
    told('--monitoring', '--http-port=8081', '--monitoring').split('\n')[1],
    '--monitoring and --http-port change nothing there: to start with them, stop the other one first.',
  );
  assert.match(
    told('--room=a', '--monitoring', '--api-port', '1'),
    /\n--room, --monitoring and --api-port change .*Add/,
  );
});
