/**
 * `npm run gen` writes every generated file anew; `npm run gen -- --check` writes nothing and fails if one of them is
 * not what it would write.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBinaries } from '#local/binaries/ensure.ts';
import { progress } from '#local/progress.ts';
import { helpIfAsked } from '#local/usage.ts';
import { filesOf } from '#test/bench/operator/page.ts';
import type { Run } from '#test/bench/operator/run.ts';
import type { Numbers } from '#test/bench/sfu/numbers.ts';
import { page as sfuPage } from '#test/bench/sfu/page.ts';
import { alertsPage } from './alerts.ts';
import { conformancePage } from './conformance/page.ts';
import { conformanceTable } from './conformance/table.ts';
import { crdTemplate, crdYaml } from './crd.ts';
import { installYaml } from './install.ts';
import { metricsPage } from './metrics.ts';
import { parityPage } from './parity/page.ts';
import { parityTable } from './parity/table.ts';
import { reference } from './reference.ts';

const root = join(import.meta.dirname, '..');
const chart = join(root, 'charts/liveroom');
helpIfAsked(`npm run gen [-- --check]

Writes every generated file anew. --check writes nothing, and fails if one of them is not what it would write.`);
const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });

const read = (path: string) => readFile(join(root, path), 'utf8').catch(() => undefined);

/** Writes `content` to `path` unless it is there already. Returns whether it was not. */
async function bring(path: string, content: string): Promise<boolean> {
  if ((await read(path)) === content) return false;
  if (!values.check) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  console.log(`${values.check ? 'stale' : 'wrote'}: ${path}`);
  return true;
}

const said = progress({
  write: (text) => process.stderr.write(text),
  columns: process.stderr.columns,
  now: Date.now,
});

const numbers = async <T>(name: string): Promise<T> =>
  JSON.parse(await readFile(join(root, 'docs/numbers', name), 'utf8'));
const ofNumbers = filesOf(await numbers<Run>('operator.json'));
const conformance = await conformanceTable();
const changed = [
  await bring('crds/liveroom.yaml', crdYaml()),
  await bring('charts/liveroom/templates/crd.yaml', crdTemplate()),
  await bring('docs/reference/liveroom.md', reference()),
  await bring('docs/reference/alerts.md', alertsPage()),
  await bring('docs/reference/metrics.md', metricsPage()),
  await bring('docs/reference/parity.md', parityPage(await parityTable())),
  await bring('docs/conformance.md', conformancePage(conformance.rows, conformance.titles)),
  await bring('docs/numbers/operator.md', ofNumbers['operator.md']),
  await bring('docs/numbers/operator.svg', ofNumbers['operator.svg']),
  await bring('docs/numbers/sfu.md', sfuPage(await numbers<Numbers>('sfu.json'))),
];
const { helm } = await ensureBinaries({ want: ['helm'], env: process.env, progress: said });
changed.push(await bring('install.yaml', await installYaml(helm, chart)));

if (values.check && changed.includes(true)) {
  console.error('Run `npm run gen` and commit the result.');
  process.exitCode = 1;
}
