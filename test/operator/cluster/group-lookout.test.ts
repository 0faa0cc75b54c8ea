import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { ApiError } from '#operator/cluster/client/api-error.ts';
import type { KubeClient } from '#operator/cluster/client/client.ts';
import { groupLookout, nextLookMs } from '#operator/cluster/kinds/group-lookout.ts';
import { eventually } from '#test/harness/eventually.ts';

describe('the next look at which kinds are served', () => {
  const usual = { looks: 1, leastLooks: 1, found: 'AsDefined', areTold: true, everyMs: 60_000 } as const;
  const cases: Readonly<Record<string, readonly [Partial<Parameters<typeof nextLookMs>[0]>, wanted: number]>> = {
    'is hardly ever where all is as the definitions say': [{}, 600_000],
    'is now and then where nobody tells of definitions': [{ areTold: false }, 60_000],
    'is soon where a kind is not served yet': [{ found: 'Otherwise' }, 250],
    'is later and later where it never is': [{ found: 'Otherwise', looks: 5 }, 4_000],
    'is hardly ever in the end': [{ found: 'Otherwise', looks: 2_000 }, 600_000],
    'is soon after a change, whatever was found': [{ leastLooks: 4 }, 250],
    'is not, when there have been enough of them': [{ leastLooks: 4, looks: 4 }, 600_000],
    'is within seconds of an API server’s return': [{ found: 'Nothing', looks: 40, areTold: false }, 3_000],
  };
  for (const [name, [change, wanted]] of Object.entries(cases))
    test(name, () => assert.equal(nextLookMs({ ...usual, ...change }), wanted));
});

const stopped: (() => void)[] = [];
afterEach(() => {
  for (const stop of stopped.splice(0)) stop();
});

/** A lookout over one kind, of which the test says whether it is defined and whether it is served. */
function watched() {
  const is = { defined: false, served: false, going: false, away: false };
  let meanwhile = () => {};
  let change = () => {};
  let asked = 0;
  const found: string[] = [];
  const request = async (_method: string, path: string) => {
    if (is.away) throw new ApiError(503, { message: 'busy' });
    const { served } = is;
    if (path === '/apis/g') {
      asked++;
      meanwhile();
    }
    if (!served) throw new ApiError(404, {});
    const resources = [{ name: 'things', kind: 'Thing', verbs: ['create', 'list'] }];
    return path === '/apis/g' ? { versions: [{ groupVersion: 'g/v1' }] } : { resources };
  };
  const { looked, lookNow, stop } = groupLookout({
    client: { request } as unknown as KubeClient,
    group: 'g',
    types: [{ apiVersion: 'g/v1', kind: 'Thing' }],
    definitions: {
      synced: Promise.resolve(),
      follow: (_group, onChange) => {
        change = onChange;
      },
      areTold: () => true,
      isDefined: () => is.defined && !is.going,
      isGoing: () => is.going,
    },
    onLook: async ({ kinds }) => void found.push([...kinds].join()),
    onError: () => undefined,
  });
  stopped.push(stop);
  const during = (act: () => void) => {
    meanwhile = act;
  };
  return { is, looked, lookNow, found, asked: () => asked, change: () => change(), during };
}

describe('a lookout for kinds', () => {
  test('looks once, and after a definition has come until the kind is served', async () => {
    const { is, looked, found, asked, change } = watched();
    await looked;
    assert.deepEqual(found, ['']);
    is.defined = true;
    change();
    await eventually('a look that finds nothing', () => asked() > 1);
    is.served = true;
    await eventually('the kind', () => found.at(-1) === 'g/v1 Thing');
  });

  test('looks again at what has changed during a look', async () => {
    const { is, looked, found, change, during } = watched();
    during(() => {
      during(() => {});
      is.defined = is.served = true;
      change();
    });
    await looked;
    assert.deepEqual(found, ['']);
    await eventually('the kind', () => found.at(-1) === 'g/v1 Thing');
  });

  test('leaves a kind whose definition is being deleted, though it is still served', async () => {
    const { is, looked, lookNow, found, change } = watched();
    is.defined = is.served = true;
    await looked;
    await lookNow();
    assert.equal(found.at(-1), 'g/v1 Thing');
    is.going = true;
    change();
    await eventually('it is left', () => found.at(-1) === '');
  });

  test('does not end where the API server does not answer', async () => {
    const { is, looked, found } = watched();
    is.away = true;
    await looked;
    assert.deepEqual(found, []);
    is.away = false;
    await eventually('an answer', () => found.length > 0);
  });
});
