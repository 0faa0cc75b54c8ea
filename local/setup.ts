/** `node local/setup.ts [--for-tests]`: gets what `npm start` needs (and what the tests need) before it is needed. */
import { parseArgs } from 'node:util';
import { ensureBinaries } from './binaries/ensure.ts';
import { ensureChromium } from './chromium.ts';
import { ensureFfmpeg } from './ffmpeg.ts';
import { terminalProgress } from './progress.ts';
import { ensureTestPrograms } from './test-programs.ts';

const { values } = parseArgs({ options: { 'for-tests': { type: 'boolean', default: false } } });
const stopping = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopping.abort());
const shown = { env: process.env, progress: terminalProgress(process.stdout), signal: stopping.signal };

const toStart = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl'] as const;
const toTest = [
  'helm',
  'promtool',
  'prometheus',
  'prometheus-operator-crds',
  'prometheus-operator',
  'prometheus-config-reloader',
  'gateway-api-crds',
] as const;
try {
  await ensureBinaries({ ...shown, want: values['for-tests'] ? [...toStart, ...toTest] : toStart });
  if (values['for-tests']) {
    await ensureChromium({ ...shown, userId: process.getuid?.() });
    await ensureTestPrograms({ ...shown, userId: process.getuid?.() });
    await ensureFfmpeg(shown);
  }
} catch (error) {
  console.error(stopping.signal.aborted ? 'Stopped; nothing half-finished is left.' : (error as Error).message);
  process.exitCode = stopping.signal.aborted ? 130 : 1;
}
