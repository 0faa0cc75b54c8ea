import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grantsOf, installedRules, nameOfGrant } from './role.ts';
import { neverAsked, toldOf } from './tellers.ts';

test('of each permission of the installed role one tells when it is missing, and of no other', async () => {
  const grants = grantsOf(await installedRules()).filter(({ resource }) => resource !== neverAsked);
  assert.deepEqual(toldOf.toSorted(), grants.map(nameOfGrant).toSorted());
});
