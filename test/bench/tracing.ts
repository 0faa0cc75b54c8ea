/** What traces cost a packet and a join. */
import { receiver } from '#test/tracing/receiver.ts';
import type { Figure } from './figure.ts';
import { tracedJoins } from './traced-joins.ts';
import { tracedPath } from './traced-path.ts';

export async function tracingBench(say: (text: string) => void): Promise<readonly Figure[]> {
  const collector = await receiver();
  try {
    const path = await tracedPath(collector.grpcURL, say);
    const before = collector.spans.length;
    const joins = await tracedJoins(collector.grpcURL, say);
    if (collector.spans.length === before) throw new Error('no span of a join has come: nothing was measured');
    return [...path, ...joins];
  } finally {
    await collector.stop();
  }
}
