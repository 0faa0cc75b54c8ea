/** `npm run check`: the fast part of what `npm test` runs, for every save and every commit. */
import { helpIfAsked } from '#local/usage.ts';
import { otherTests, pureTests, runSteps, staticSteps, testing } from './steps.ts';

helpIfAsked(`npm run check

Generated files, formatting, types, unused code, known vulnerabilities and unit tests: about a minute. It takes no options.`);

/** Of those that boot no cluster more go at once: half of their time they wait. */
const filesAtATime = 4;

/** What has failed is told at the end; thousands that have not would only hide it. */
const reporter = '--test-reporter=dot';

process.exitCode = await runSteps([
  staticSteps,
  [pureTests(reporter), testing('other unit tests', filesAtATime, reporter, ...otherTests)],
]);
