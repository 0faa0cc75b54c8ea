/** The tests of the media core once more, while other threads send to subscribers: nobody can tell the difference. */
import { describe } from 'node:test';
import { playedBy } from './arena.ts';

const files = [
  'epochs',
  'first-frame',
  'forwarding',
  'header-plan',
  'ice-restart',
  'layers',
  'link-estimate',
  'path-check',
  'presence',
  'repair',
  'reports',
  'resend',
  'stall',
  'transport',
] as const;

for (const file of files)
  describe(`by egress threads: ${file}`, () => playedBy.run(2, () => import(`./${file}.test.ts?by-egress-threads`)));
