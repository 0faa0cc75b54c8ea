import type { BucketLane, TokenBucket } from '../queue/token-bucket.ts';
import type { Terms } from '../queue/urgency.ts';
import type { KubeClient, Method, RequestOptions } from './client.ts';

export interface Pace {
  readonly bucket: Pick<TokenBucket, 'take'>;
  /** Of the work that asks; undefined for what is nobody's in particular, such as lists. */
  readonly terms: { getStore(): Terms | undefined };
}

/** The client whose requests wait until the bucket lets them through, and end with the work that asked. Watches wait for nothing. */
export const pacedClient = (client: KubeClient, { bucket, terms }: Pace): KubeClient => ({
  ...client,
  async request<T>(method: Method, path: string, options: RequestOptions = {}) {
    const current = terms.getStore();
    const signal = options.signal ?? current?.signal;
    await bucket.take(laneOf(method, path, current), signal);
    return await client.request<T>(method, path, { ...options, ...(signal && { signal }) });
  },
});

/** Events are for people to read; whatever makes a room work goes before. */
const laneOf = (method: Method, path: string, terms: Terms | undefined): BucketLane =>
  method === 'POST' && path.endsWith('/events') ? 'Event' : (terms?.urgency ?? 'Edit');
