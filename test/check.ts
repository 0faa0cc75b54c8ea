/** `npm run check`: the fast part of what `npm test` runs, for every save and every commit. */
import { runSteps, staticSteps } from './steps.ts';

process.exitCode = await runSteps([
  ...staticSteps,
  { name: 'unit tests', command: ['node', '--test', '--test-concurrency=2', 'test/**/*.test.ts'] },
]);
