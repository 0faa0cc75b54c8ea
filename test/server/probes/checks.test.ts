import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Looked, podChecks } from '#server/probes/checks.ts';

const healthy: Looked = {
  heartAgeMs: () => 900,
  pingMedia: async () => undefined,
  hasMediaPort: () => true,
  hasMediaAddress: () => true,
  memory: () => ({ usedBytes: 80 * 2 ** 20, limitBytes: 160 * 2 ** 20 }),
  lagSeconds: () => 0.02,
};

/** What fails, and why. */
async function faults(change: Partial<Looked>): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  for (const { name, look } of podChecks({ ...healthy, ...change })) {
    const fault = await look().catch(String);
    if (fault !== undefined) found[name] = fault;
  }
  return found;
}

test('a healthy pod has no faults', async () => assert.deepEqual(await faults({}), {}));

const cases: Readonly<Record<string, readonly [change: Partial<Looked>, wanted: Readonly<Record<string, string>>]>> = {
  'a main loop that stands still': [
    { heartAgeMs: () => 12_340 },
    { main_loop: 'the main loop has not turned for 12.3 s' },
  ],
  'a media thread that has ended': [
    { pingMedia: () => Promise.reject(new Error('the media thread ended with code 1')) },
    { media_loop: 'Error: the media thread ended with code 1' },
  ],
  'a port that is gone': [{ hasMediaPort: () => false }, { udp_port: 'the UDP port is gone' }],
  'an address that is not known': [
    { hasMediaAddress: () => false },
    { media_address: 'the media address is not known yet' },
  ],
  'memory near its limit': [
    { memory: () => ({ usedBytes: 144 * 2 ** 20, limitBytes: 160 * 2 ** 20 }) },
    { memory: '144 MiB of 160 MiB are used' },
  ],
  'a loop that was held up': [{ lagSeconds: () => 0.5 }, { event_loop_lag: 'a turn of the main loop was 0.5 s late' }],
};
for (const [name, [change, wanted]] of Object.entries(cases))
  test(`${name} is found`, async () => assert.deepEqual(await faults(change), wanted));

test('only what a restart or waiting mends is critical', () => {
  const minor = podChecks(healthy).filter(({ isCritical }) => !isCritical);
  assert.deepEqual(
    minor.map(({ name }) => name),
    ['memory', 'event_loop_lag'],
  );
});

test('readiness asks for port and address, and nothing that comes and goes', () => {
  const ready = podChecks(healthy).filter(({ probe }) => probe === 'ready');
  assert.deepEqual(
    ready.map(({ name }) => name),
    ['udp_port', 'media_address'],
  );
});

test('a media thread that hangs is asked once', async () => {
  let asked = 0;
  const pingMedia = () => {
    asked++;
    return new Promise<void>(() => {});
  };
  const media = podChecks({ ...healthy, pingMedia }).find(({ name }) => name === 'media_loop');
  void media?.look();
  void media?.look();
  assert.equal(asked, 1);
});
