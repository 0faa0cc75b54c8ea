import type { KubeClient, Method, RequestOptions } from './client.ts';

/** A write that was not begun, because this operator is not, or no longer, the one that acts. */
export class NotLeading extends Error {
  constructor(method: Method, path: string) {
    super(`${method} ${path} was not sent: this operator does not hold the lease`);
    this.name = 'NotLeading';
  }
}

/**
 * The client that begins no write while it may not. Asked at the last moment, after credentials were read and a connection
 * was made: at any of these the process may have been stopped for long.
 */
export const fencedClient = (client: KubeClient, mayWrite: () => boolean): KubeClient => ({
  ...client,
  async request<T>(method: Method, path: string, options: RequestOptions = {}) {
    if (method === 'GET') return await client.request<T>(method, path, options);
    const beforeSent = () => {
      if (!mayWrite()) throw new NotLeading(method, path);
      options.beforeSent?.();
    };
    beforeSent();
    return await client.request<T>(method, path, { ...options, beforeSent });
  },
});
