import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { podRefusal, routeRefusal } from '#operator/decide/refusal.ts';

describe('a refused pod', () => {
  const forbidden = 'pods "keynote-origin-aaaaa" is forbidden: ';
  const table: Readonly<Record<string, readonly [number, string, string | undefined, RegExp]>> = {
    'by quota': [403, `${forbidden}exceeded quota: small, requested: pods=1`, 'QuotaExceeded', /Raise the quota/],
    'by Pod Security': [
      403,
      `${forbidden}violates PodSecurity "baseline:latest": hostPort (container "sfu" uses hostPort 7000)`,
      'PodSecurityForbidden',
      /every other spec\.network\.media\.mode does without/,
    ],
    'by RBAC': [403, 'pods is forbidden: User "x" cannot create resource "pods"', 'PermissionMissing', /ClusterRole/],
    'as invalid': [
      422,
      'Pod is invalid: spec.containers[0].resources.requests: Invalid value',
      'PodInvalid',
      /spec\.pod/,
    ],
    'by a limit on containers': [
      403,
      `${forbidden}maximum cpu usage per Container is 1, but limit is 2`,
      'PodRejected',
      /have the rule changed/,
    ],
    'by a policy': [
      422,
      `${forbidden}ValidatingAdmissionPolicy 'images' with binding 'all' denied request: no`,
      'PodRejected',
      /have the rule changed/,
    ],
    'by a webhook': [
      400,
      'admission webhook "a.example.com" denied the request: no',
      'PodRejected',
      /the rule changed/,
    ],
    'by a webhook that cannot be asked': [
      500,
      'Internal error occurred: failed calling webhook "a.example.com": no endpoints',
      'PodRejected',
      /runs that webhook/,
    ],
    'for what cannot be read': [400, 'Pod in version "v1" cannot be handled as a Pod', 'PodInvalid', /spec\.pod/],
    'for a moment': [500, 'etcdserver: request timed out', undefined, /./],
  };
  for (const [name, [status, message, reason, remedy]] of Object.entries(table))
    test(`${name} is ${reason ?? 'tried again'}`, () => {
      const finding = podRefusal({ status, message });
      assert.equal(finding?.reason, reason);
      if (finding !== undefined) assert.match(finding.message, remedy);
    });
});

test('an Ingress that may not be taken away is not said to be wrong in the spec, which wants none', () => {
  const refusal = { status: 400, message: 'admission webhook "keep.example.com" denied the request' };
  assert.match(
    routeRefusal('Ingress', refusal, 'delete')?.message ?? '',
    /wants no Ingress any more.*denied the request\.$/,
  );
  assert.match(routeRefusal('Ingress', refusal, 'apply')?.message ?? '', /Correct spec\.network\.http/);
});
