/**
 * `npm run soak`: that no crash, no fault of the network and no outage of the API server makes the operator lose a room,
 * and no stranger a media server a packet, at full length; `npm test` has the short forms.
 */
import { parseArgs } from 'node:util';
import { freshSeed } from '#test/harness/seeded.ts';
import { exitCode, type Proof, table, tally } from './faults/proof.ts';
import { type SoakPart, soakParts } from './faults/soak-parts.ts';
import { runSteps, setup } from './steps.ts';

const parts: Readonly<Record<string, SoakPart>> = soakParts;

const usage = `npm run soak [-- --seed N] [--only PART,PART]

${Object.entries(parts)
  .map(([name, { what, takes }]) => `  ${name.padEnd(12)} ${what} (${takes})`)
  .join('\n')}

--seed repeats a run: it is printed first, and again in the end.

Ends with 0 if everything was shown, with 1 if something failed, and with 3 if nothing did but something could not be shown
here (SKIPPED).`;

function given() {
  try {
    return parseArgs({
      options: { seed: { type: 'string' }, only: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    }).values;
  } catch (error) {
    console.error(`${(error as Error).message}\n${usage}`);
    return undefined;
  }
}

async function main(): Promise<number> {
  const values = given();
  if (values === undefined) return 2;
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const chosen = values.only?.split(',') ?? Object.keys(parts).filter((name) => !parts[name]?.isLong);
  const unknown = chosen.find((name) => parts[name] === undefined);
  const seed = values.seed === undefined ? freshSeed() : Number(values.seed);
  if (unknown !== undefined || !Number.isInteger(seed)) {
    console.error(
      unknown === undefined ? `--seed is a whole number. ${usage}` : `There is no part "${unknown}". ${usage}`,
    );
    return 2;
  }
  // Only now: whoever asks for help, or slips, is answered at once.
  const unready = await runSteps([setup]);
  if (unready !== 0) return unready;
  const proofs: Proof[] = [];
  const startedMs = performance.now();
  console.error(`seed ${seed}`);
  for (const name of chosen) {
    const say = (text: string) => console.error(`${clock(performance.now() - startedMs)} ${name}: ${text}`);
    say('begins');
    proofs.push(...(await prove(name, seed, say)));
  }
  console.log(table(proofs));
  console.log(`seed ${seed}, ${clock(performance.now() - startedMs)}: ${tally(proofs)}`);
  return exitCode(proofs);
}

/** A part that breaks off is a proof that failed, and no reason not to run the others. */
async function prove(name: string, seed: number, say: (text: string) => void): Promise<readonly Proof[]> {
  try {
    return (await parts[name]?.run(seed, say)) ?? [];
  } catch (error) {
    say(String(error));
    return [{ what: `${name}: ran to its end`, seen: String(error), holds: false }];
  }
}

const clock = (ms: number): string => {
  const seconds = Math.floor(ms / 1000);
  return `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
};

// Not by itself: after sessions of HTTP/2 that were cut off, Node can wait for their handles for ever.
process.exit(await main());
