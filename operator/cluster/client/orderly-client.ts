import { type TokenBucketOptions, tokenBucket } from '../queue/token-bucket.ts';
import type { KubeClient } from './client.ts';
import { fencedClient } from './fenced-client.ts';
import { measuredClient, type RequestMeter } from './measured-client.ts';
import { type Pace, pacedClient } from './paced-client.ts';

export interface Order extends Pick<Pace, 'terms'> {
  readonly meter: RequestMeter;
  readonly rate: Pick<TokenBucketOptions, 'perSecond' | 'burst'>;
  readonly mayWrite: () => boolean;
}

/**
 * The client as the operator uses it. A request first waits for its turn, which may be long; only then is it asked whether
 * it may be sent, and its time taken.
 */
export function orderlyClient(client: KubeClient, { meter, rate, mayWrite, terms }: Order): KubeClient {
  const now = () => performance.now();
  const fenced = fencedClient(measuredClient(client, meter, now), mayWrite);
  return pacedClient(fenced, { bucket: tokenBucket({ ...rate, now }), terms });
}
