import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Volume } from '#local/node/objects.ts';
import { VolumeError, volumeFiles } from '#local/node/volume-files.ts';
import { mountedPaths } from '#local/node/volumes.ts';
import { aContainer, seenPod, sourcesOf } from './seen-pod.ts';

const pod = seenPod({}, { annotations: { 'liveroom.dev/media-address': '1.2.3.4:7000', b: 'say "x"' } });
const sources = sourcesOf({
  configMaps: { c: { one: '1', two: '2' } },
  secrets: { s: { key: 'hidden' } },
  token: 'ey',
});
const addresses = { podIP: '10.0.0.5', hostIP: '10.0.0.1' };
const filesOf = (volume: Omit<Volume, 'name'>) =>
  (volumeFiles({ name: 'v', ...volume }, { pod, addresses, sources }) ?? [])
    .map(({ path, data, mode }) => `${path} ${mode.toString(8)} ${data}`)
    .sort();

const annotation = (path: string, key: string) => ({ path, fieldRef: { fieldPath: `metadata.annotations['${key}']` } });

const volumes: readonly (readonly [string, Omit<Volume, 'name'>, readonly string[]])[] = [
  ['a ConfigMap is a file for each key', { configMap: { name: 'c' } }, ['one 644 1', 'two 644 2']],
  [
    'items choose keys, place them and give them a mode',
    {
      configMap: {
        name: 'c',
        defaultMode: 0o600,
        items: [
          { key: 'one', path: 'a/b' },
          { key: 'two', path: 'c', mode: 0o400 },
        ],
      },
    },
    ['a/b 600 1', 'c 400 2'],
  ],
  ['a Secret is decoded', { secret: { secretName: 's', defaultMode: 0o400 } }, ['key 400 hidden']],
  ['what is optional and missing is empty', { secret: { secretName: 'no', optional: true } }, []],
  [
    'an optional volume leaves out a missing key',
    {
      configMap: {
        name: 'c',
        optional: true,
        items: [
          { key: 'no', path: 'x' },
          { key: 'one', path: 'y' },
        ],
      },
    },
    ['y 644 1'],
  ],
  [
    'one annotation, and all labels',
    {
      downwardAPI: {
        items: [
          annotation('address', 'liveroom.dev/media-address'),
          { path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } },
        ],
      },
    },
    ['address 644 1.2.3.4:7000', 'labels 644 app="live"'],
  ],
  [
    'an annotation that is not there is an empty file',
    { downwardAPI: { items: [annotation('a', 'none')] } },
    ['a 644 '],
  ],
  [
    'a projected volume joins its sources, the later one winning',
    {
      projected: {
        sources: [
          { configMap: { name: 'c' } },
          { secret: { name: 's', items: [{ key: 'key', path: 'one' }] } },
          { serviceAccountToken: { path: 'token' } },
        ],
      },
    },
    ['one 644 hidden', 'token 644 ey', 'two 644 2'],
  ],
];

describe('the files of a volume', () => {
  for (const [sentence, volume, expected] of volumes) {
    test(sentence, () => assert.deepEqual(filesOf(volume), expected));
  }

  test('an emptyDir has none of its own', () => {
    assert.equal(volumeFiles({ name: 'v', emptyDir: {} }, { pod, addresses, sources }), undefined);
  });

  test('what is missing is named', () => {
    assert.throws(() => filesOf({ configMap: { name: 'no' } }), new VolumeError('configmap "no" not found'));
    const items = [{ key: 'no', path: 'x' }];
    assert.throws(() => filesOf({ secret: { secretName: 's', items } }), new VolumeError('secret "s" has no key no'));
  });

  test('all annotations are written sorted and quoted', () => {
    const [file] = filesOf({
      downwardAPI: { items: [{ path: 'a', fieldRef: { fieldPath: 'metadata.annotations' } }] },
    });
    assert.equal(file, 'a 644 b="say \\"x\\""\nliveroom.dev/media-address="1.2.3.4:7000"');
  });
});

test('mounts: each has its place on disk, as has the termination message', () => {
  const container = aContainer('main', {
    volumeMounts: [
      { name: 'a', mountPath: '/a' },
      { name: 'db', mountPath: '/db', subPath: 'sub' },
    ],
  });
  assert.deepEqual(
    [...mountedPaths(container, '/disk', '/end')],
    [
      ['/a', '/disk/a'],
      ['/db', '/disk/db/sub'],
      ['/dev/termination-log', '/end'],
    ],
  );
});
