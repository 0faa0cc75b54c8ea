import type { KubeObject } from '../../kube.ts';
import type { KubeClient, Method, RequestOptions, WatchOptions } from './client.ts';

/** Told of each request: the status of its answer, undefined where there was none, and how long that took. */
export type RequestMeter = (method: Method, status: number | undefined, tookMs: number) => void;

/** The client with its requests counted. A watch counts when it begins, or has failed to. */
export function measuredClient(client: KubeClient, meter: RequestMeter, nowMs: () => number): KubeClient {
  return {
    ...client,

    async request<T>(method: Method, path: string, options: RequestOptions = {}) {
      const beganMs = nowMs();
      let status: number | undefined;
      const onStatus = (answered: number) => {
        status = answered;
        options.onStatus?.(answered);
      };
      try {
        return await client.request<T>(method, path, { ...options, onStatus });
      } finally {
        meter(method, status, nowMs() - beganMs);
      }
    },

    async *watch<T extends KubeObject = KubeObject>(path: string, options: WatchOptions = {}) {
      const beganMs = nowMs();
      let isAnswered = false;
      const onStatus = (status: number) => {
        isAnswered = true;
        meter('GET', status, nowMs() - beganMs);
        options.onStatus?.(status);
      };
      try {
        yield* client.watch<T>(path, { ...options, onStatus });
      } finally {
        if (!isAnswered) meter('GET', undefined, nowMs() - beganMs);
      }
    },
  };
}
