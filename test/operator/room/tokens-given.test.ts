import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LiveRoom } from '#crds/liveroom.ts';
import type { KubeObject } from '#operator/kube.ts';
import { givenProblem } from '#operator/room/tokens-given.ts';
import { storedRoom } from '../objects.ts';

const secretRef = { name: 'encoder', key: 'token' };

/** What is said of a room whose publishers are let in by a Secret that says this. */
const said = async (mode: 'BearerToken' | 'JWT', content: string | undefined) => {
  const publish: LiveRoom['spec']['publish'] = { ...storedRoom().spec.publish, auth: { mode, secretRef } };
  const data = content === undefined ? {} : { token: Buffer.from(content).toString('base64') };
  const read = async ({ metadata }: KubeObject) => ({ apiVersion: 'v1', kind: 'Secret', metadata, data });
  const finding = await givenProblem(storedRoom({ publish }), { read: read as never });
  return finding && `${finding.reason}: ${finding.message}`;
};

test('a secret of JSON Web Tokens that is too short is said to be so, and what to do', async () => {
  assert.equal(
    await said('JWT', 'not-quite-long-enough'),
    'InvalidSecretRef: spec.publish.auth.secretRef: key token of Secret encoder has 21 bytes, and JSON Web Tokens need a secret of 32 at least. Take a longer one (openssl rand -hex 32); it is found within a minute.',
  );
  assert.match((await said('JWT', `${'k'.repeat(32)}\nshort\n`)) ?? '', /has 5 bytes in one of its lines/);
  assert.equal(await said('JWT', `${'k'.repeat(32)}\n`), undefined);
  assert.equal(await said('BearerToken', 'short'), undefined);
});

test('what pods would take for empty is so for the operator, too', async () => {
  for (const content of [undefined, '', ' \n\n'])
    assert.match((await said('BearerToken', content)) ?? '', /^InvalidSecretRef: .* no key token, or an empty one/);
});

test('more tokens than pods look at are said to be too many', async () => {
  const lines = (count: number) => Array.from({ length: count }, (_, i) => `token-${i}`).join('\n');
  assert.equal(await said('BearerToken', lines(10)), undefined);
  assert.match((await said('BearerToken', lines(11))) ?? '', /^InvalidSecretRef: .* has 11 lines.* 10 are the most/);
});
