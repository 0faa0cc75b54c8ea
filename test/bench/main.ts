/** `npm run bench`: speed and memory, each figure beside a baseline of the same run. `-- --help` tells the rest. */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { commitHere } from './commit.ts';
import { countingBench } from './counting.ts';
import { type Figure, gateStatus, isKept, ratio, table } from './figure.ts';
import { type Load, machine, machineText, watchLoad } from './machine.ts';
import { metricsBench } from './metrics.ts';
import { type OperatorBenchOptions, operatorBench } from './operator.ts';
import { productBench } from './product.ts';
import { keep } from './sfu/keep.ts';
import { partNames } from './sfu/numbers.ts';
import { sfuParts } from './sfu/parts.ts';
import { tracingBench } from './tracing.ts';

type Part = (say: (text: string) => void, options: OperatorBenchOptions) => Promise<readonly Figure[]>;

const parts: Readonly<Record<string, Part>> = {
  ...sfuParts,
  counting: countingBench,
  metrics: metricsBench,
  tracing: tracingBench,
  operator: operatorBench,
  product: productBench,
};

const usage = `npm run bench [-- OPTION...]

  --only PART  measures one part alone: ${Object.keys(parts).join(', ')};
               or "sfu": ${partNames.join(', ')}
  --json FILE  writes the figures down
  --gate       ends with 1 if a target is missed, else with 0 as without it
  --keep DIR   writes the pages of the SFU and of the operator, of what is measured of them
Of the operator:
  --full       measures up to 10,000 rooms
  --profile    sees where its CPU goes`;

function given() {
  try {
    return parseArgs({
      options: {
        only: { type: 'string' },
        json: { type: 'string' },
        gate: { type: 'boolean', default: false },
        full: { type: 'boolean', default: false },
        profile: { type: 'boolean', default: false },
        keep: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
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
  const chosen = Object.entries(parts).filter(([name]) => isChosen(name, values.only));
  if (chosen.length === 0) {
    console.error(`There is no part "${values.only}".\n${usage}`);
    return 2;
  }
  const loadSince = await watchLoad();
  const figures: Figure[] = [];
  for (const [name, measure] of chosen) {
    const loadOfPart = await watchLoad();
    const options = { isFull: values.full, isProfiled: values.profile, keepIn: values.keep };
    const measured = await measure((text) => console.error(text), options);
    figures.push(...measured);
    if (values.keep !== undefined) await keepIfOfSfu(values.keep, name, await loadOfPart(), measured);
  }
  const [here, load] = [machine(), await loadSince()];
  console.log(`${machineText(here, load)}\n\n${table(figures)}`);
  if (values.json !== undefined) {
    const measured = figures.map((figure) => ({ ...figure, ratio: ratio(figure), isKept: isKept(figure) }));
    await writeFile(values.json, `${JSON.stringify({ machine: here, load, figures: measured }, undefined, 2)}\n`);
  }
  return values.gate ? gateStatus(figures) : 0;
}

const isChosen = (name: string, only: string | undefined): boolean =>
  only === undefined || only === name || (only === 'sfu' && name in sfuParts);

/** The operator's page is its part's own. */
async function keepIfOfSfu(dir: string, name: string, load: Load, figures: readonly Figure[]): Promise<void> {
  const part = partNames.find((one) => one === name);
  if (part !== undefined) keep(dir, part, { ...(await commitHere()), machine: machine(), load, figures });
}

process.exitCode = await main();
