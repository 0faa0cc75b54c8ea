/**
 * Keeps processors awake while something is measured. One that has nothing to do is halted; a host then runs somebody else on
 * it, and what comes next finds it late and its caches cold: that is the host's, and differs from one minute to the next. On
 * machines of one's own, sleep is switched off before latency is measured. From within a virtual one that cannot be done, but
 * a processor that always has something to do stays.
 */
import { readFile } from 'node:fs/promises';
import { startChild } from './forwarding-child.ts';
import { allowedProcessors } from './machine.ts';

const child = new URL('./awake-child.ts', import.meta.url);

/** Resolves to what `run` does. What keeps a processor awake has it only while nobody else wants it. */
export async function awake<T>(run: () => Promise<T>): Promise<T> {
  const processors = allowedProcessors(await readFile('/proc/self/status', 'utf8'));
  await using held = new AsyncDisposableStack();
  for (const processor of processors) {
    const waker = await startChild(child, { processors: [processor], isIdle: true });
    held.defer(() => waker.stop());
  }
  return await run();
}
