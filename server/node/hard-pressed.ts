import { seldom } from '#tracing/seldom.ts';
import type { Log } from '../log.ts';

const mostLoad = 0.9;
const everyMs = 60_000;

/** To be told the load of the pod's CPU: the log says when less than a tenth of it is left, but not each time. */
export function hardPressed(log: Pick<Log, 'warn'>, nowMs: () => number): (cpuLoad: number) => void {
  const complain = seldom(
    (cpuLoad: number) => log.warn('less than a tenth of the CPU is left', { cpuLoad: Number(cpuLoad.toFixed(2)) }),
    everyMs,
    nowMs,
  );
  return (cpuLoad) => {
    if (cpuLoad > mostLoad) complain(cpuLoad);
  };
}
