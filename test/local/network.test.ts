import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { loopbackPrefix, refusalOf } from '#local/network.ts';

const refusals: Readonly<Record<string, { message: string; wasStarted?: boolean; remedy: RegExp }>> = {
  "AppArmor's refusal": {
    message: '`unshare …` ended with 1:\nunshare: write failed /proc/self/uid_map: Operation not permitted',
    remedy: /apparmor_restrict_unprivileged_userns=0/,
  },
  "Docker's refusal": {
    message: '`unshare …` ended with 1:\nunshare: unshare failed: Operation not permitted',
    remedy: /seccomp=unconfined/,
  },
  'a limit of none': {
    message: '`unshare …` ended with 1:\nunshare: unshare failed: No space left on device',
    remedy: /max_user_namespaces/,
  },
  'no ip command': { message: '`unshare …` ended with 127:\nsh: 1: ip: not found', remedy: /iproute2/ },
  'no unshare command': { message: 'there is no command unshare', wasStarted: false, remedy: /util-linux/ },
};

for (const [name, { message, wasStarted = true, remedy }] of Object.entries(refusals)) {
  test(`${name} is told with the command that helps`, () => {
    const refusal = refusalOf({ message, wasStarted });
    assert.match(refusal.remedy, remedy);
    assert.equal(refusal.cause, message.split('\n').at(-1));
  });
}

test('a loopback range that another cluster uses is passed over', async (t) => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(6443, '127.77.77.1', resolve));
  t.after(() => other.close());
  const numbers = [76.5 / 250, 76.5 / 250, 77.5 / 250, 77.5 / 250];
  assert.equal(await loopbackPrefix(() => numbers.shift() ?? 0), '127.78.78');
});
