/**
 * Runs one media server: in a pod by its environment, elsewhere by arguments (`npm run sfu -- --help`).
 *
 * All that is imported comes after the compile cache is on: with it neither this thread nor the media thread needs
 * Node's TypeScript stripper, which is 18 MB in each. Started with the same NODE_COMPILE_CACHE, this file is spared too.
 */
import { enableCompileCache, flushCompileCache } from 'node:module';
import { join } from 'node:path';

/** Nobody is connected while it starts. Without a handler a container's first process would not even hear the signal. */
const leaveAtOnce = () => process.exit(0);
process.on('SIGTERM', leaveAtOnce);
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, '../node_modules/.cache/node');
enableCompileCache(process.env['NODE_COMPILE_CACHE']);
const { isExplained, start } = await import('./start.ts');
const { stackOf } = await import('./log.ts');

await main().catch((error: unknown) => {
  console.error(isExplained(error) ? error.message : error);
  process.exit(1);
});

async function main() {
  const started = await start({
    args: process.argv.slice(2),
    env: process.env,
    stdout: (text) => process.stdout.write(text),
    stderr: (text) => process.stderr.write(text),
    onFatal: () => process.exit(1),
  });
  if (started === undefined) return;
  flushCompileCache();
  const { server, log, tracing } = started;

  let isDraining = false;
  let isLeaving = false;
  const leave = async (reason: string) => {
    if (isLeaving) return;
    isLeaving = true;
    log.info('leaving', { reason });
    const code = await server.close().then(
      () => 0,
      (error: unknown) => {
        log.error('the server could not end in order', { error: stackOf(error) });
        return 1;
      },
    );
    await tracing.stop();
    process.exit(code);
  };
  /** SIGTERM drains, as Kubernetes means it. A second signal, or Ctrl-C, is somebody who will not wait. */
  const signalled = (signal: NodeJS.Signals) => {
    if (signal === 'SIGINT' || isDraining) return void leave(signal);
    isDraining = true;
    log.info('draining', { signal });
    void server.drain().finally(() => leave('drained'));
  };
  // A promise that nobody waits for cuts no session: what broke is told, and the rest goes on.
  process.on('unhandledRejection', (error) => {
    server.uncaught();
    log.error('an error was not caught', { error: stackOf(error) });
  });
  // In this order: a signal that has just come would be lost while nobody listens.
  process.on('SIGTERM', signalled);
  process.off('SIGTERM', leaveAtOnce);
  process.on('SIGINT', signalled);
  // In a pod nobody could.
  if (process.stdin.isTTY) console.log('Ctrl-C ends the server and all its sessions.\n');
}
