/** `npm run check`: the fast part of what `npm test` runs, for every save and every commit. */
import { runSteps, staticSteps, testing } from './steps.ts';

/** Of those that boot no cluster more go at once: half of their time they wait. */
const filesAtATime = 4;

process.exitCode = await runSteps([...staticSteps, testing('unit tests', filesAtATime, 'test/**/*.test.ts')]);
