import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Cache } from '#operator/cluster/cache/cache.ts';
import { collector } from '#operator/cluster/cache/in-namespaces.ts';
import { ApiError } from '#operator/cluster/client/api-error.ts';
import type { KubeClient } from '#operator/cluster/client/client.ts';
import { changingKinds } from '#operator/cluster/kinds/changing-kinds.ts';
import type { GroupLookoutOptions } from '#operator/cluster/kinds/group-lookout.ts';
import { monitoring } from '#operator/cluster/kinds/monitoring.ts';
import { servedKinds } from '#operator/cluster/kinds/served-kinds.ts';
import type { KubeObject } from '#operator/kube.ts';
import { eventually } from '#test/harness/eventually.ts';

describe('kinds that come and go', () => {
  /** Caches that are listed when told so, and what became of them. */
  function followed(patienceMs = 60_000) {
    const said: string[] = [];
    const lists = new Map<string, () => void>();
    const kinds = changingKinds<string, KubeObject>({
      begin(kind) {
        const { promise: synced, resolve } = Promise.withResolvers<void>();
        lists.set(kind, resolve);
        return { synced, stop: () => said.push(`${kind} ends`) } as unknown as Cache<KubeObject>;
      },
      onLate: () => said.push('late'),
      patienceMs,
    });
    return { kinds, said, list: (kind: string) => lists.get(kind)?.() };
  }

  test('one that is not served is not begun with', async () => {
    const { kinds } = followed();
    assert.equal(await kinds.follow('A', false), false);
    assert.ok(!kinds.has('A') && kinds.areListed());
  });

  test('one that is served is there when it has been listed, and is news once', async () => {
    const { kinds, said, list } = followed();
    const begun = kinds.follow('A', true);
    list('A');
    assert.equal(await begun, true);
    assert.equal(await kinds.follow('A', true), false);
    assert.ok(kinds.has('A') && kinds.areListed());
    assert.deepEqual(said, []);
  });

  test('one that cannot be listed is not waited for without end, and is news when it can', async () => {
    const { kinds, said, list } = followed(1);
    assert.equal(await kinds.follow('A', true), true);
    assert.ok(kinds.has('A') && !kinds.areListed());
    list('A');
    await Promise.resolve();
    assert.deepEqual(said, ['late']);
    assert.ok(kinds.areListed());
  });

  test('one that is served no longer ends, and begins anew when it comes back', async () => {
    const { kinds, said, list } = followed();
    for (let round = 0; round < 2; round++) {
      const begun = kinds.follow('A', true);
      list('A');
      await begun;
      assert.equal(await kinds.follow('A', false), true);
    }
    assert.deepEqual(said, ['A ends', 'A ends']);
    assert.ok(!kinds.has('A'));
  });
});

describe('what the API server serves of a group', () => {
  /** A client that answers these paths, and 404 to all others. */
  function served(answers: Readonly<Record<string, unknown>>) {
    const asked: string[] = [];
    const request = async (_method: string, path: string) => {
      asked.push(path);
      const answer = answers[path];
      if (answer === undefined) throw new ApiError(404, {});
      if (answer instanceof Error) throw answer;
      return answer;
    };
    const client = { request } as unknown as KubeClient;
    return { asked, look: servedKinds(client, 'g', ['g/v1', 'g/v2'], new AbortController().signal) };
  }
  const versions = (...names: string[]) => ({ versions: names.map((groupVersion) => ({ groupVersion })) });
  const kind = (name: string, kindName: string, ...verbs: string[]) => ({ name, kind: kindName, verbs });

  test('nothing, by one request, if the group is not there', async () => {
    const { asked, look } = served({});
    assert.deepEqual(await look(), { versions: [], kinds: new Set() });
    assert.deepEqual(asked, ['/apis/g']);
  });

  test('the kinds that can be made, of the versions that were asked for', async () => {
    const { asked, look } = served({
      '/apis/g': versions('g/v1', 'g/v3'),
      '/apis/g/v1': {
        resources: [
          kind('things', 'Thing', 'create', 'list'),
          kind('things/status', 'Thing', 'get'),
          // Its definition is being deleted.
          kind('others', 'Other', 'list', 'delete'),
        ],
      },
    });
    assert.deepEqual(await look(), { versions: ['g/v1', 'g/v3'], kinds: new Set(['g/v1 Thing']) });
    assert.deepEqual(asked, ['/apis/g', '/apis/g/v1']);
  });

  test('is not known while the API server does not answer', async () => {
    const { look } = served({ '/apis/g': new ApiError(503, { message: 'busy' }) });
    await assert.rejects(look(), /busy/);
  });
});

/** What is seen of a cluster without definitions. */
const undefinedKinds: GroupLookoutOptions['definitions'] = {
  synced: Promise.resolve(),
  follow: () => undefined,
  areTold: () => true,
  isDefined: () => false,
  isGoing: () => false,
};

test('what is served is not known, and nobody waits for it, until the API server has said so', async (t) => {
  let isBusy = true;
  let news = 0;
  const request = async () => {
    throw isBusy ? new ApiError(503, { message: 'busy' }) : new ApiError(404, {});
  };
  const failures: unknown[] = [];
  const onError = (error: unknown) => failures.push(error);
  const seen = monitoring({
    collect: collector(undefined),
    client: { request } as unknown as KubeClient,
    definitions: undefinedKinds,
    cacheOptions: { onChange: () => {} },
    onNews: () => news++,
    onError,
  });
  t.after(() => seen.stop());
  await seen.synced;
  assert.equal(seen.versions(), undefined);
  assert.ok(failures.length > 0);
  isBusy = false;
  await eventually('it is known', () => seen.versions() !== undefined);
  assert.deepEqual(seen.versions(), []);
  assert.equal(news, 1);
});
