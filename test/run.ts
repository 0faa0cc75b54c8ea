/**
 * `npm test`: everything. The tests run in one go of the test runner, two files at a time: those that boot a cluster
 * mostly wait for it, and each has a network of its own. Names given as arguments narrow it: `npm test -- test/room.e2e.ts`.
 */
import { runSteps, staticSteps, testing } from './steps.ts';

const chosen = process.argv.slice(2);
const files = chosen.length > 0 ? chosen : ['test/**/*.test.ts', 'test/**/*.e2e.ts'];

process.exitCode = await runSteps([
  ...(chosen.length > 0 ? [] : staticSteps),
  testing('tests', 2, '--test-reporter=spec', ...files),
]);
