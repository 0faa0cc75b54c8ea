/** `npm run bench`: speed and memory, each figure beside a baseline of the same run. `-- --help` tells the rest. */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { coresBench } from './cores.ts';
import { countingBench } from './counting.ts';
import { featuresBench } from './features.ts';
import { type Figure, gateStatus, isKept, ratio, table } from './figure.ts';
import { forwardingBench } from './forwarding.ts';
import { joinsBench } from './joins.ts';
import { lossyBench } from './lossy.ts';
import { machine, machineText, watchLoad } from './machine.ts';
import { memoryBench } from './memory.ts';
import { metricsBench } from './metrics.ts';
import { type OperatorBenchOptions, operatorBench } from './operator.ts';
import { productBench } from './product.ts';
import { tracingBench } from './tracing.ts';

type Part = (say: (text: string) => void, options: OperatorBenchOptions) => Promise<readonly Figure[]>;

const parts: Readonly<Record<string, Part>> = {
  forwarding: forwardingBench,
  cores: coresBench,
  joins: joinsBench,
  memory: memoryBench,
  lossy: lossyBench,
  features: featuresBench,
  counting: countingBench,
  metrics: metricsBench,
  tracing: tracingBench,
  operator: operatorBench,
  product: productBench,
};

const usage = `npm run bench [-- OPTION...]

  --only PART  measures one part alone: ${Object.keys(parts).join(', ')}
  --json FILE  writes the figures down
  --gate       ends with 1 if a target is missed, else with 0 as without it
Of the operator:
  --full       measures up to 10,000 rooms
  --profile    sees where its CPU goes
  --keep DIR   writes a page of it`;

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
  const chosen = Object.entries(parts).filter(([name]) => values.only === undefined || name === values.only);
  if (chosen.length === 0) {
    console.error(`There is no part "${values.only}".\n${usage}`);
    return 2;
  }
  const loadSince = await watchLoad();
  const figures: Figure[] = [];
  for (const [, measure] of chosen)
    figures.push(
      ...(await measure((text) => console.error(text), {
        isFull: values.full,
        isProfiled: values.profile,
        keepIn: values.keep,
      })),
    );
  const [here, load] = [machine(), await loadSince()];
  console.log(`${machineText(here, load)}\n\n${table(figures)}`);
  if (values.json !== undefined) {
    const measured = figures.map((figure) => ({ ...figure, ratio: ratio(figure), isKept: isKept(figure) }));
    await writeFile(values.json, `${JSON.stringify({ machine: here, load, figures: measured }, undefined, 2)}\n`);
  }
  return values.gate ? gateStatus(figures) : 0;
}

process.exitCode = await main();
