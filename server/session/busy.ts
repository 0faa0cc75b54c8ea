/**
 * Whether the threads that forward have so much to do that another viewer would be at the cost of those who are there.
 * Pure.
 *
 *   busy part of the time   0 ─────────── a tenth less ─────────── limit ─────────── 1
 *   a new viewer                is taken       │      as it was      │   is refused
 */
import type { MediaSnapshot } from '../media/plane.ts';

/** Between the load that closes a pod and the one that opens it again, so that it does not do so with each who leaves. */
const reliefRatio = 0.1;

/**
 * A function that is told now and then how busy the threads are, as parts of their time, and says whether that is too much.
 * All packets go through the media thread; of those that only send, one that has time left is enough.
 */
export function busyThreads(limitRatio: number): (seen: Pick<MediaSnapshot, 'load' | 'egressLoads'>) => boolean {
  let isBusy = false;
  return ({ load, egressLoads }) => {
    const mostRatio = isBusy ? limitRatio - reliefRatio : limitRatio;
    const isAbove = ({ utilization }: MediaSnapshot['load']) => utilization > mostRatio;
    isBusy = isAbove(load) || (egressLoads.length > 0 && egressLoads.every(isAbove));
    return isBusy;
  };
}
