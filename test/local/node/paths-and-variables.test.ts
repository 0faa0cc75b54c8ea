import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandLine, localImage } from '#local/node/command-line.ts';
import { ContainerConfigError, environment } from '#local/node/environment.ts';
import { expanded } from '#local/node/expand.ts';
import { mountPathReplacer } from '#local/node/mount-paths.ts';
import type { Container } from '#local/node/objects.ts';
import { seenPod, sourcesOf } from './seen-pod.ts';

const variables = { A: 'one', B: 'two', EMPTY: '' };
for (const [text, result, why] of [
  ['$(A)-$(B)', 'one-two', 'every reference is replaced'],
  ['$(EMPTY)', '', 'an empty variable counts'],
  ['$(C)', '$(C)', 'an unknown variable stays'],
  ['$$(A)', '$(A)', 'two dollars are an escape'],
  ['$$$(A)', '$one', 'an escape before a reference'],
  ['$A {A} $(A', '$A {A} $(A', 'other notations, and what is never closed, stay'],
  ['$(toString)', '$(toString)', 'what every object has is no variable'],
] as const) {
  test(`variables: ${text} becomes ${result || 'nothing'}: ${why}`, () =>
    assert.equal(expanded(text, variables), result));
}

const mounts = new Map([
  ['/prometheus', '/disk/db'],
  ['/etc/prometheus/rules', '/disk/rules'],
  ['/etc/prometheus/', '/disk/etc'],
  ['/a+b', '/disk/ab'],
]);
for (const [text, result, why] of [
  ['/prometheus', '/disk/db', 'a mount itself'],
  ['/prometheus/wal', '/disk/db/wal', 'what lies below one'],
  ['--storage=/prometheus', '--storage=/disk/db', 'the value of an option'],
  ['/prometheus:/etc/prometheus', '/disk/db:/disk/etc', 'each of a list'],
  ['/etc/prometheus/rules/a.yaml', '/disk/rules/a.yaml', 'the longest mount wins'],
  ['/etc/prometheus/prometheus.yaml', '/disk/etc/prometheus.yaml', 'a shorter mount does not hit inside of it'],
  ['/prometheus2', '/prometheus2', 'a longer name is another path'],
  ['/prometheus-data', '/prometheus-data', 'also with a dash'],
  ['/opt/prometheus', '/opt/prometheus', 'the end of a path is another path'],
  ['http://host/prometheus', 'http://host/prometheus', 'the path of a URL is not on disk'],
  ['http://[::1]/prometheus', 'http://[::1]/prometheus', 'nor that after a bracket'],
  ['["/prometheus"]', '["/disk/db"]', 'a quoted path'],
  ['/a+b/c', '/disk/ab/c', 'characters that mean something to a pattern'],
  ['/prometheus/', '/disk/db/', 'a slash at the end stays'],
] as const) {
  test(`mount paths: ${text} becomes ${result}: ${why}`, () => assert.equal(mountPathReplacer(mounts)(text), result));
}

test('mount paths: a place on disk that contains a mount path is not replaced again', () => {
  const replace = mountPathReplacer(new Map([['/data', '/x/data/data']]));
  assert.equal(replace('/data/data'), '/x/data/data/data');
});

const images = { 'liveroom.dev/': { cwd: '/p' }, 'liveroom.dev/sfu': { cwd: '/q', command: ['node', 'x.ts'] } };

test('images: the longest prefix of the name counts, and an unknown image has nothing here', () => {
  assert.equal(localImage(images, 'liveroom.dev/sfu:0.1.0')?.cwd, '/q');
  assert.equal(localImage(images, 'liveroom.dev/operator:0.1.0')?.cwd, '/p');
  assert.equal(localImage(images, 'nginx'), undefined);
});

const commandOf = (container: Partial<Container>) =>
  commandLine(container, {
    image: images['liveroom.dev/sfu'],
    variables: { FILE: '/data/a' },
    onDisk: mountPathReplacer(new Map([['/data', '/disk']])),
    node: '/bin/node26',
  });

test('commands: an image has its own, a container replaces it, arguments are expanded and found on disk', () => {
  assert.deepEqual(commandOf({}), { file: '/bin/node26', args: ['x.ts'], cwd: '/q' });
  assert.deepEqual(commandOf({ args: ['--f=$(FILE)'] })?.args, ['x.ts', '--f=/disk/a']);
  assert.deepEqual(commandOf({ command: ['sh', '-c', 'x'], workingDir: '/data' }), {
    file: 'sh',
    args: ['-c', 'x'],
    cwd: '/disk',
  });
});

const sources = sourcesOf({ configMaps: { c: { x: 'X', y: 'Y' } }, secrets: { s: { k: 'K' } } });
const addresses = { podIP: '10.0.0.5', hostIP: '10.0.0.1' };
const environmentOf = (container: Partial<Container>) =>
  environment({ name: 'main', ...container }, { pod: seenPod(), addresses, sources, base: { BASE: 'b' } });

test('environment: values may refer to the node’s variables and to those before them, not after', () => {
  const env = [
    { name: 'A', value: '$(BASE)1' },
    { name: 'B', value: '$(A)2$(C)' },
    { name: 'C', value: 'c' },
  ];
  assert.deepEqual(environmentOf({ env }), { BASE: 'b', A: 'b1', B: 'b12$(C)', C: 'c' });
});

test('environment: whole ConfigMaps and Secrets come first, with their prefix, and single variables win', () => {
  const envFrom = [{ configMapRef: { name: 'c' }, prefix: 'P_' }, { secretRef: { name: 's' } }];
  assert.deepEqual(environmentOf({ envFrom, env: [{ name: 'P_x', value: 'mine' }] }), {
    ...{ BASE: 'b', P_x: 'mine', P_y: 'Y', k: 'K' },
  });
});

test('environment: fields of the pod', () => {
  const field = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } });
  const env = [
    field('IP', 'status.podIP'),
    field('HOST', 'status.hostIP'),
    field('NAME', 'metadata.name'),
    field('APP', "metadata.labels['app']"),
    field('NONE', "metadata.annotations['none']"),
  ];
  const { BASE: _, ...rest } = environmentOf({ env });
  assert.deepEqual(rest, { IP: '10.0.0.5', HOST: '10.0.0.1', NAME: 'pod', APP: 'live', NONE: '' });
});

const missing: readonly (readonly [string, Partial<Container>, string])[] = [
  ['a missing ConfigMap', { envFrom: [{ configMapRef: { name: 'no' } }] }, 'configmap "no" not found'],
  ['a missing Secret', { envFrom: [{ secretRef: { name: 'no' } }] }, 'secret "no" not found'],
  [
    'a missing key',
    { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'no' } } }] },
    "couldn't find key no in Secret space/s",
  ],
];
for (const [what, container, says] of missing) {
  test(`environment: ${what} is an error that names it`, () => {
    assert.throws(() => environmentOf(container), new ContainerConfigError(says));
  });
}

test('environment: what is optional and missing is left out', () => {
  const none = { name: 'no', key: 'no', optional: true };
  const env = [
    { name: 'A', valueFrom: { configMapKeyRef: none } },
    { name: 'B', valueFrom: { secretKeyRef: none } },
  ];
  assert.deepEqual(environmentOf({ envFrom: [{ configMapRef: none }], env }), { BASE: 'b' });
});
