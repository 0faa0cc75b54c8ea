/**
 * Fails on a known vulnerability of severity high or worse in what we depend on. Where the registry does not answer
 * the question (offline, or a mirror without it) that is said, and is no failure: it is nothing that a commit can mend.
 */
import { spawnSync } from 'node:child_process';

interface Answer {
  readonly vulnerabilities?: Readonly<Record<string, { readonly severity: string; readonly range: string }>>;
  readonly message?: string;
  readonly error?: { readonly summary?: string };
}

const grave = ['high', 'critical'];

const { stdout } = spawnSync('npm', ['audit', '--json'], { encoding: 'utf8' });
const answer = JSON.parse(stdout || '{}') as Answer;
if (answer.vulnerabilities === undefined) {
  const cause = answer.message ?? answer.error?.summary ?? 'npm audit said nothing';
  console.log(`SKIPPED: known vulnerabilities were not checked, as the registry does not say (${cause})`);
} else {
  const found = Object.entries(answer.vulnerabilities).filter(([, { severity }]) => grave.includes(severity));
  for (const [name, { severity, range }] of found) console.error(`${name} ${range}: ${severity}`);
  console.log(`${found.length} known vulnerabilities of severity high or critical`);
  process.exitCode = found.length === 0 ? 0 : 1;
}
