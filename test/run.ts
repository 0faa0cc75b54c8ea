/**
 * `npm test`: everything. Those that boot a cluster mostly wait for it, and each has a network of its own: three files go
 * at a time. But a server is late on a machine that has too much to do, and the alerts are about that: they go first, with
 * unit tests one at a time beside them. Names given as arguments narrow it: `npm test -- test/room.e2e.ts`.
 */
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { helpIfAsked } from '#local/usage.ts';
import { otherTests, pureTests, runSteps, staticSteps, testing } from './steps.ts';

helpIfAsked(`npm test [-- FILE …]

Runs everything, or the given test files alone, such as test/room.e2e.ts. It first gets or builds what they run on.`);

const reporter = '--test-reporter=spec';
const alerts = 'test/alerts.e2e.ts';
const others = globSync('test/**/*.e2e.ts', { cwd: join(import.meta.dirname, '..') }).filter((file) => file !== alerts);
const everything = [
  staticSteps,
  pureTests(reporter),
  testing('alerts and other unit tests', 2, reporter, alerts, ...otherTests),
  testing('whole parts', 3, reporter, ...others),
];

const chosen = process.argv.slice(2);
process.exitCode = await runSteps(chosen.length > 0 ? [testing('tests', 2, reporter, ...chosen)] : everything);
