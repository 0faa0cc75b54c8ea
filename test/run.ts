/**
 * `npm test`: everything. Those that boot a cluster mostly wait for it, and each has a network of its own: three files go
 * at a time. But a server is late on a machine that has too much to do, and the alerts are about that: they go first, with
 * unit tests one at a time beside them. Names given as arguments narrow it: `npm test -- test/room.e2e.ts`.
 */
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { otherTests, pureTests, runSteps, setup, staticSteps, testing } from './steps.ts';

const usage = `npm test [-- FILE …]

Runs everything, or the given test files alone, such as test/room.e2e.ts. It first gets or builds what they run on.`;

const reporter = '--test-reporter=spec';
const alerts = 'test/alerts.e2e.ts';
const others = globSync('test/**/*.e2e.ts', { cwd: join(import.meta.dirname, '..') }).filter((file) => file !== alerts);
const everything = [
  staticSteps,
  pureTests(reporter),
  testing('alerts and other unit tests', 2, reporter, alerts, ...otherTests),
  testing('whole parts', 3, reporter, ...others),
];

function given() {
  try {
    const { values, positionals: files } = parseArgs({
      allowPositionals: true,
      options: { help: { type: 'boolean', short: 'h', default: false } },
    });
    // Patterns may be quoted.
    const missing = files.find((file) => globSync(file).length === 0);
    if (missing !== undefined) throw new Error(`There is no test ${missing}.`);
    return { isHelp: values.help, files };
  } catch (error) {
    console.error(`${(error as Error).message}\n${usage}`);
    return undefined;
  }
}

/** Who asks for help, or slips, is answered at once: getting what tests run on may take minutes. */
async function main(): Promise<number> {
  const asked = given();
  if (asked === undefined) return 2;
  if (asked.isHelp) {
    console.log(usage);
    return 0;
  }
  const { files } = asked;
  return await runSteps([setup, ...(files.length > 0 ? [testing('tests', 2, reporter, ...files)] : everything)]);
}

process.exitCode = await main();
