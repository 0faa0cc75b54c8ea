/** What traces cost a packet and a join. */
import { receiver } from '#test/tracing/receiver.ts';
import type { Figure } from './figure.ts';
import { tracedJoins } from './traced-joins.ts';
import { tracedPath } from './traced-path.ts';

export async function tracingBench(say: (text: string) => void): Promise<readonly Figure[]> {
  const collector = await receiver();
  try {
    const path = await tracedPath(collector.grpcURL, say);
    return [...path, ...(await tracedJoins(collector, say))];
  } finally {
    await collector.stop();
  }
}
