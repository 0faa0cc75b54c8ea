import type { KubeClient, Method, RequestOptions } from './client.ts';
import type { BucketLane, TokenBucket } from './token-bucket.ts';
import type { Turn } from './turn.ts';

export interface Pace {
  readonly bucket: Pick<TokenBucket, 'take'>;
  /** The work that asks; undefined for what is nobody's in particular, such as lists. */
  readonly turns: { getStore(): Turn | undefined };
}

/** The client whose requests wait until the bucket lets them through, and end with the work that asked. Watches wait for nothing. */
export const pacedClient = (client: KubeClient, { bucket, turns }: Pace): KubeClient => ({
  ...client,
  async request<T>(method: Method, path: string, options: RequestOptions = {}) {
    const current = turns.getStore();
    const signal = options.signal ?? current?.signal;
    await bucket.take(laneOf(method, path, current), signal);
    return await client.request<T>(method, path, { ...options, ...(signal && { signal }) });
  },
});

/** Events are for people to read; whatever makes a room work goes before. */
const laneOf = (method: Method, path: string, turn: Turn | undefined): BucketLane =>
  method === 'POST' && path.endsWith('/events') ? 'Event' : (turn?.urgency ?? 'Edit');
