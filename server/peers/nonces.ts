/** Which of the numbers that are good once were seen: two generations, so that none has to be looked for by its age. */
import type { Clock } from '../room/rooms.ts';

/** 2000 a second for a minute, of some 100 bytes each: requests cost the pod more before there are as many. */
const mostOfGeneration = 120_000;

/** A function that says whether a nonce comes for the first time within `forMs`. */
export function firstOf(forMs: number, clock: Pick<Clock, 'now'>, most = mostOfGeneration): (nonce: string) => boolean {
  let [present, former] = [new Set<string>(), new Set<string>()];
  let sinceMs = clock.now();
  return (nonce) => {
    // A clock that was set back far begins anew, too.
    const ageMs = Math.abs(clock.now() - sinceMs);
    if (ageMs >= forMs || present.size >= most) {
      former = ageMs >= 2 * forMs ? new Set() : present;
      present = new Set();
      sinceMs = clock.now();
    }
    if (present.has(nonce) || former.has(nonce)) return false;
    present.add(nonce);
    return true;
  };
}
