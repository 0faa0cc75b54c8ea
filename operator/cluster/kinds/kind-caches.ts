import type { LiveRoom } from '#crds/liveroom.ts';
import type { Cache } from '../cache/cache.ts';
import { collector } from '../cache/in-namespaces.ts';
import type { KubeClient } from '../client/client.ts';
import { keyOfOwned, ownKey, roomKey } from '../keys.ts';
import { type Urgency, urgency } from '../queue/urgency.ts';
import { httpRoutes } from './http-routes.ts';
import type { KindDefinitions } from './kind-definitions.ts';
import { monitoring } from './monitoring.ts';

export interface KindCachesOptions {
  readonly client: KubeClient;
  /** Something about this key may have changed: `namespace/room`, `namespace` for what a namespace has once, or `ownKey`. */
  readonly onKey: (key: string, urgency?: Urgency) => void;
  /** The namespaces that are looked at; absent, all. */
  readonly namespaces?: readonly string[];
  /** Where the operator is installed, for what it has for itself. */
  readonly home?: string;
  readonly onError: (error: unknown) => void;
  /** How often to look for kinds that come and go where their definitions may not be watched. */
  readonly discoverEveryMs?: number;
}

/** What caches of kinds that come and go need besides. */
interface ForKinds {
  readonly ours: Parameters<typeof monitoring>[0]['cacheOptions'];
  readonly rooms: Cache<LiveRoom>;
  readonly definitions: KindDefinitions;
}

/** The kinds of the Prometheus Operator. */
export const monitorCaches = (
  { client, onKey, onError, namespaces, home, discoverEveryMs }: KindCachesOptions,
  { ours, rooms, definitions }: ForKinds,
) =>
  monitoring({
    client,
    definitions,
    collect: collector(namespaces && [...new Set([...namespaces, ...(home ? [home] : [])])]),
    everyMs: discoverEveryMs,
    onNews() {
      onKey(ownKey, 'Resync');
      for (const room of rooms.list()) {
        onKey(roomKey(room), 'Resync');
        onKey(room.metadata.namespace, 'Resync');
      }
    },
    onError,
    cacheOptions: {
      ...ours,
      // Each room says whether its namespace is monitored.
      onChange(object, _previous, how) {
        const key = keyOfOwned(object);
        onKey(key, urgency[how]);
        for (const room of rooms.group(key)) onKey(roomKey(room), 'Resync');
      },
    },
  });

/** The HTTPRoutes of the Gateway API. */
export const routeCaches = (
  { client, onKey, onError, namespaces, discoverEveryMs }: KindCachesOptions,
  { ours, rooms, definitions }: ForKinds,
) =>
  httpRoutes({
    definitions,
    collect: collector(namespaces),
    everyMs: discoverEveryMs,
    cacheOptions: { ...ours, client },
    onNews() {
      const concerned = [...rooms.list()].filter(({ spec }) => spec.network.http?.gatewayRef !== undefined);
      for (const room of concerned) onKey(roomKey(room), 'Resync');
    },
    onError,
  });
