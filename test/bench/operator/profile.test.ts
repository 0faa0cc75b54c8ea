import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CpuProfile, shares } from './profile.ts';

const root = 'file:///a/tree/';
const frame = (functionName: string, url = '') => ({ functionName, url, lineNumber: 1 });

/** Each sample lasts 10 µs, from 1000 on. */
const profile: CpuProfile = {
  nodes: [
    { id: 1, callFrame: frame('(root)'), children: [2, 3, 4, 8] },
    { id: 2, callFrame: frame('(idle)') },
    { id: 3, callFrame: frame('(garbage collector)') },
    { id: 4, callFrame: frame('reconcile', `${root}operator/room/reconcile.ts`), children: [5, 6, 7] },
    { id: 5, callFrame: frame('parse') },
    { id: 6, callFrame: frame('request', `${root}node_modules/@scope/client/lib/client.js`) },
    { id: 7, callFrame: frame('', 'node:internal/http2/core') },
    { id: 8, callFrame: frame('parse') },
  ],
  startTime: 1000,
  samples: [3, 2, 4, 5, 6, 7, 8, 4],
  timeDeltas: [10, 10, 10, 10, 10, 10, 10, 10],
};

test('the time of a profile is shared out by folder, package and part of Node, without that in which nothing was done', () => {
  const { kinds, places, functions } = shares(profile, { root, fromUs: 0, toUs: 1070 });
  assert.deepEqual(Object.fromEntries(places.map(({ name, share }) => [name, share])), {
    'operator/room': 0.3333,
    'garbage collection on the main thread': 0.1667,
    '@scope/client': 0.1667,
    'Node: http2': 0.1667,
    'native code outside of any function': 0.1667,
  });
  assert.deepEqual(kinds, [
    { name: "the operator's own code", share: 0.3333 },
    { name: 'garbage collection on the main thread', share: 0.1667 },
    { name: 'packages', share: 0.1667 },
    { name: 'Node itself', share: 0.1667 },
    { name: 'native code outside of any function', share: 0.1667 },
  ]);
  assert.deepEqual(functions[0], { name: 'reconcile (operator/room/reconcile.ts)', share: 0.3333 });
});

test('only what was sampled between the two moments counts', () => {
  const { places } = shares(profile, { root, fromUs: 1015, toUs: 1035 });
  assert.deepEqual(places, [{ name: 'operator/room', share: 1 }]);
});

test('a file from elsewhere is named by its folder and its name, not by where it lies on this machine', () => {
  const elsewhere = { id: 1, callFrame: frame('plugin', 'file:///usr/lib/plugins/one.js') };
  const foreign: CpuProfile = { nodes: [elsewhere], startTime: 0, samples: [1], timeDeltas: [10] };
  const { places, functions } = shares(foreign, { root, fromUs: 0, toUs: 100 });
  assert.deepEqual(places, [{ name: 'plugins', share: 1 }]);
  assert.deepEqual(functions, [{ name: 'plugin (plugins/one.js)', share: 1 }]);
});
