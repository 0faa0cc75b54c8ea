import { setTimeout as sleep } from 'node:timers/promises';
import { isStatus } from '#operator/cluster/client/api-error.ts';

/** How often, and how long after the first failure it is tried again; each pause is twice the one before. */
const patience = { tries: 6, pauseMs: 250 };

/**
 * Asks again for what the API server has not done, as a kubelet does; that there is no such object any more is an answer.
 * Rejects with the last error when it goes on for too long.
 */
export async function insist(request: () => Promise<unknown>, { tries, pauseMs } = patience): Promise<void> {
  try {
    await request();
  } catch (error) {
    if (isStatus(error, 404)) return;
    if (tries <= 1) throw error;
    await sleep(pauseMs);
    await insist(request, { tries: tries - 1, pauseMs: 2 * pauseMs });
  }
}
