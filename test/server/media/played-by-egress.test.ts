/** The tests of the media core once more, while other threads send to subscribers: nobody can tell the difference. */
import { describe } from 'node:test';
import { playedBy } from './arena.ts';

const files = [
  'codecs',
  'down/epochs',
  'first-frame',
  'forwarding',
  'down/header-plan',
  'ice/ice-restart',
  'down/key-frame-starts',
  'up/layers',
  'down/link-estimate',
  'ice/path-check',
  'ice/presence',
  'repair',
  'down/passed-on',
  'red',
  'down/reports',
  'down/resend',
  'up/stall',
  'transport',
  'down/viewers-clock',
  'viewers-wait',
] as const;

for (const file of files)
  describe(`by egress threads: ${file}`, () => playedBy.run(2, () => import(`./${file}.test.ts?by-egress-threads`)));
