/** `npm run check`: the fast part of what `npm test` runs, for every save and every commit. */
import { runSteps, staticSteps, testing } from './steps.ts';

process.exitCode = await runSteps([...staticSteps, testing('unit tests', 'test/**/*.test.ts')]);
