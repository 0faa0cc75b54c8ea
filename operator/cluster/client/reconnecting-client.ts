import { type ClientConfig, type KubeClient, kubeClient } from './client.ts';

/** A client whose connections can be given up for others. */
export interface ReconnectingClient extends KubeClient {
  /**
   * What is under way fails, and what is asked next has a new connection. One can be dead without a sign: where something
   * between us and the API server has forgotten it, the kernel takes a quarter of an hour to give it up.
   */
  reconnect(): void;
}

export function reconnectingClient(config: ClientConfig): ReconnectingClient {
  let client = kubeClient(config);
  return {
    host: client.host,
    request: (...what) => client.request(...what),
    watch: (...what) => client.watch(...what),
    close: () => client.close(),
    reconnect() {
      void client.close();
      client = kubeClient(config);
    },
  };
}
