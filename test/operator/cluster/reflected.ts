import { afterEach } from 'node:test';
import { kubeClient } from '#operator/cluster/client/client.ts';
import { reflector } from '#operator/cluster/watch/reflector.ts';
import type { How } from '#operator/cluster/watch/store.ts';
import type { KubeObject } from '#operator/kube.ts';
import { eventually } from '#test/harness/eventually.ts';
import { anObject, flakyServer } from './flaky-server.ts';

/** The waits of minutes, for tests in milliseconds. */
export const timing = {
  backoffFirstMs: 20,
  backoffMaxMs: 40,
  backoffStableMs: 1000,
  inactivityMs: 10_000,
  shortestWatchMs: 0,
  compareEveryMs: 600_000,
  refusedForMs: 60_000,
};
export const [a1, b2, c3] = [anObject('a', 1), anObject('b', 2), anObject('c', 3)];

const undo: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

/** A reflector of a peer that answers like this, with what it reported as words. */
export async function reflected(
  answers: Parameters<typeof flakyServer>[0],
  more: Partial<typeof timing> & { onChange?: (how: How) => void; onRefused?: () => void } = {},
) {
  const server = await flakyServer(answers);
  const client = kubeClient({ server: server.url });
  const seen: string[] = [];
  const errors: unknown[] = [];
  const { onChange, onRefused, ...times } = more;
  const things = reflector<KubeObject>({
    client,
    path: '/api/v1/things',
    onChange: (key, object, previous, how) => {
      seen.push(`${object === undefined ? '-' : previous === undefined ? '+' : '~'}${key}`);
      onChange?.(how);
    },
    onError: (error) => errors.push(error),
    ...(onRefused && { onRefused }),
    random: () => 0.5,
    timing: { ...timing, ...times },
  });
  undo.push(server.stop, client.close, things.stop);
  const called = (count: number) => eventually(`${count} requests`, () => server.calls.length >= count);
  return { server, client, things, seen, errors, called };
}
