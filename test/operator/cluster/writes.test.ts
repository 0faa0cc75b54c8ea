import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '#operator/cluster/client/api-error.ts';
import type { KubeClient, Method, RequestOptions } from '#operator/cluster/client/client.ts';
import { NameTaken, writes } from '#operator/cluster/client/writes.ts';
import type { KubeObject } from '#operator/kube.ts';
import { anObject } from './flaky-server.ts';

const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'a', namespace: 'live' } };
const theirs: KubeObject = { ...anObject('a', 7), kind: 'Service' };
const asNew = (isOurs: boolean) => ({ isNew: true, isOurs: () => isOurs });

/** What is written is refused with 409 where `existing` is there, unless it is forced or names that very version. */
function writing(existing: KubeObject | undefined) {
  const asked: string[] = [];
  async function request(method: Method, _path: string, { query, body }: RequestOptions = {}) {
    const { resourceVersion: version } = { ...(body as KubeObject | undefined)?.metadata };
    asked.push([method, query?.['force'] === true && 'by force', version && `at ${version}`].filter(Boolean).join(' '));
    if (method === 'GET' && existing === undefined) throw new ApiError(404, {}, { request: 'GET' });
    if (method === 'GET') return existing;
    if (existing !== undefined && version !== undefined) throw new ApiError(409, {}, { request: method });
    return body;
  }
  const client = { request } as unknown as KubeClient;
  return { asked, write: writes(client) };
}

test('an object that nobody has is made with one request', async () => {
  const { asked, write } = writing(undefined);
  await write.apply(service, asNew(true));
  assert.deepEqual(asked, ['PATCH at 1']);
});

test('an object of that name that is not ours is not touched', async () => {
  const { asked, write } = writing(theirs);
  await assert.rejects(write.apply(service, asNew(false)), NameTaken);
  assert.deepEqual(asked, ['PATCH at 1', 'GET']);
});

test('one that is ours after all is brought into shape', async () => {
  const { asked, write } = writing(theirs);
  await write.apply(service, asNew(true));
  assert.deepEqual(asked, ['PATCH at 1', 'GET', 'PATCH by force']);
});

test('one that we know is applied at once', async () => {
  const { asked, write } = writing(theirs);
  await write.apply(service, { isNew: false, isOurs: () => true });
  assert.deepEqual(asked, ['PATCH by force']);
});
