import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { test } from 'node:test';
import { controlGroup } from '#server/node/cgroup.ts';
import { reader, surroundings } from '#server/node/reading.ts';

const files = (texts: Readonly<Record<string, string>>) => (path: string) => texts[path];
const below = (folder: string, texts: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [`${folder}/${name}`, text]));

const inContainer2 = {
  '/proc/self/cgroup': '0::/\n',
  ...below('/sys/fs/cgroup', {
    'cgroup.controllers': 'cpu memory\n',
    'cgroup.procs': '1\n',
    'cpu.max': '150000 100000\n',
    'cpu.stat': 'usage_usec 2500000\nuser_usec 2000000\nsystem_usec 500000\nnr_throttled 4\nthrottled_usec 300000\n',
    'memory.max': '536870912\n',
    'memory.current': '200000000\n',
    'memory.stat': 'anon 150000000\ninactive_file 40000000\n',
  }),
};

test('version 2, in a container: limits, CPU time, throttling, and memory without pages that can go', () => {
  assert.deepEqual(controlGroup(files(inContainer2), 1), {
    cores: 1.5,
    memoryBytes: 536_870_912,
    usage: { cpuSeconds: 2.5, throttledSeconds: 0.3, memoryBytes: 160_000_000 },
    isOurs: true,
  });
});

test('version 2 without limits: `max` is none', () => {
  const texts = { ...inContainer2, '/sys/fs/cgroup/cpu.max': 'max 100000\n', '/sys/fs/cgroup/memory.max': 'max\n' };
  const { cores, memoryBytes, usage } = controlGroup(files(texts), 1);
  assert.deepEqual([cores, memoryBytes, usage?.cpuSeconds], [undefined, undefined, 2.5]);
});

test('version 2 below the root: the least limit above us holds, and a group with others in it is not ours', () => {
  const texts = {
    '/proc/self/cgroup': '0::/user.slice/session.scope\n',
    '/sys/fs/cgroup/cgroup.controllers': 'cpu memory\n',
    ...below('/sys/fs/cgroup/user.slice', {
      'cgroup.procs': '',
      'cpu.max': '200000 100000\n',
      'memory.max': '1000000000\n',
    }),
    ...below('/sys/fs/cgroup/user.slice/session.scope', {
      'cgroup.procs': '7\n8\n',
      'cpu.max': '300000 100000\n',
      'cpu.stat': 'usage_usec 1000000\n',
      'memory.max': 'max\n',
      'memory.current': '5000000\n',
    }),
  };
  assert.deepEqual(controlGroup(files(texts), 7), {
    cores: 2,
    memoryBytes: 1_000_000_000,
    usage: { cpuSeconds: 1, throttledSeconds: 0, memoryBytes: 5_000_000 },
    isOurs: false,
  });
});

const inContainer1 = {
  // The host's names of our groups: what we see is their contents, at the root of each tree.
  '/proc/self/cgroup': '5:memory:/kubepods/pod1/abc\n4:cpu,cpuacct:/kubepods/pod1/abc\n',
  ...below('/sys/fs/cgroup/cpu,cpuacct', {
    'cgroup.procs': '1\n',
    'cpu.cfs_quota_us': '50000\n',
    'cpu.cfs_period_us': '100000\n',
    'cpu.stat': 'nr_periods 9\nnr_throttled 2\nthrottled_time 250000000\n',
    'cpuacct.usage': '4000000000\n',
  }),
  ...below('/sys/fs/cgroup/memory', {
    'cgroup.procs': '1\n',
    'memory.limit_in_bytes': '268435456\n',
    'memory.usage_in_bytes': '100000000\n',
    'memory.stat': 'cache 30000000\ntotal_inactive_file 20000000\n',
  }),
};

test('version 1, in a container: the same, from its own files', () => {
  assert.deepEqual(controlGroup(files(inContainer1), 1), {
    cores: 0.5,
    memoryBytes: 268_435_456,
    usage: { cpuSeconds: 4, throttledSeconds: 0.25, memoryBytes: 80_000_000 },
    isOurs: true,
  });
});

test('version 1 without limits: -1, and a number near 2^63', () => {
  const texts = {
    ...inContainer1,
    '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '-1\n',
    '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
  };
  const { cores, memoryBytes } = controlGroup(files(texts), 1);
  assert.deepEqual([cores, memoryBytes], [undefined, undefined]);
});

test('without control groups, or with unreadable numbers, there is nothing to say', () => {
  assert.deepEqual(
    controlGroup(() => undefined, 1),
    { isOurs: false },
  );
  const texts = { ...inContainer2, '/sys/fs/cgroup/cpu.max': 'what', '/sys/fs/cgroup/memory.current': '?' };
  assert.deepEqual(controlGroup(files(texts), 1), { memoryBytes: 536_870_912, isOurs: true });
});

const process = () => ({ cpuSeconds: 9, memoryBytes: 90 });
const machine = { pid: 1, cores: 4, memoryBytes: 8e9, machineLoad: () => [1, 2, 3], process };

test('a reading falls back to the machine for limits, and to the process for use', () => {
  const { limits, usage } = reader({ ...machine, read: () => undefined })();
  assert.deepEqual(limits, { cores: 4, memoryBytes: 8e9 });
  assert.deepEqual(usage, { cpuSeconds: 9, throttledSeconds: 0, memoryBytes: 90 });
});

test('processors that somebody has set count instead of the limit and of the machine', () => {
  for (const texts of [inContainer2, {}])
    for (const cpuRequest of [0.25, 16]) {
      const { limits } = reader({ ...machine, cpuRequest, read: files(texts) })();
      assert.equal(limits.cores, cpuRequest);
    }
});

test('who looks into our container by a shell does not change whose numbers are told', () => {
  const texts: Record<string, string> = { ...inContainer2 };
  const read = reader({ ...machine, read: (path) => texts[path] });
  texts['/sys/fs/cgroup/cgroup.procs'] = '1\n77\n';
  assert.equal(read().usage.cpuSeconds, 2.5);
});

test('this machine can be read', { skip: !existsSync('/proc/self/cgroup') }, () => {
  const { limits, usage, udp } = reader(surroundings())();
  assert.ok(limits.cores > 0 && limits.cores <= cpus().length, `${limits.cores} cores`);
  assert.ok(limits.memoryBytes > 2 ** 26 && limits.memoryBytes <= totalmem(), `${limits.memoryBytes} bytes`);
  assert.ok(usage.cpuSeconds > 0 && usage.memoryBytes > 2 ** 20);
  assert.ok(Object.values(udp).every(Number.isSafeInteger), JSON.stringify(udp));
});
