import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { adoptedLabels } from '#operator/decide/adopted-labels.ts';
import { unmet } from '#operator/decide/label-selector.ts';
import { monitoringRefusal } from '#operator/decide/refusal.ts';
import type { LabelSelector, Prometheus } from '#operator/kube.ts';
import { aMonitor, aPrometheus, asking, everything, release } from '../objects.ts';

describe('a selector', () => {
  const expression = (key: string, operator: string, ...values: string[]): LabelSelector => ({
    matchExpressions: [{ key, operator, values }],
  });
  const labels = { release: 'kps', team: 'video' };
  const cases: Readonly<Record<string, readonly [LabelSelector, readonly string[]]>> = {
    'that is empty selects everything': [{}, []],
    'by labels that are there': [{ matchLabels: labels }, []],
    'by a label of another value': [{ matchLabels: { release: 'x' } }, ['label release=x']],
    'by one of several values': [expression('team', 'In', 'audio', 'video'), []],
    'by one of other values': [expression('team', 'In', 'a', 'b'), ['label team=a or team=b']],
    'by the lack of a value': [expression('team', 'NotIn', 'video'), ['no label team=video']],
    'by the lack of another value': [expression('team', 'NotIn', 'audio'), []],
    'by the lack of a value where there is no label': [expression('other', 'NotIn', 'audio'), []],
    'by a label of any value': [expression('other', 'Exists'), ['a label other']],
    'by a label of any value that is there': [expression('team', 'Exists'), []],
    'by the lack of a label': [expression('team', 'DoesNotExist'), ['no label team']],
    'by the lack of a label that is not there': [expression('other', 'DoesNotExist'), []],
    'by something new selects nothing': [
      expression('team', 'Like', 'v'),
      ['something of label team that this operator does not know (Like)'],
    ],
    'by several things': [
      { ...expression('other', 'Exists'), matchLabels: { a: '1', team: 'video' } },
      ['label a=1', 'a label other'],
    ],
  };
  for (const [name, [selector, texts]] of Object.entries(cases))
    test(name, () =>
      assert.deepEqual(
        unmet(selector, labels).map(({ text }) => text),
        texts,
      ),
    );
});

describe('a label is adopted', () => {
  const monitor = aMonitor('ServiceMonitor', { own: 'yes' });
  const has = (labels: Readonly<Record<string, string>>) => aMonitor('ServiceMonitor', { own: 'yes', ...labels });
  const asks = (selector: LabelSelector, name = 'k8s') =>
    aPrometheus({ ...everything, serviceMonitorSelector: selector }, { name });
  const given = { release: 'kps' };
  const cases: Readonly<
    Record<string, readonly [ReturnType<typeof has> | undefined, Prometheus[] | undefined, object]>
  > = {
    'when the only Prometheus asks for it': [undefined, [asks(release)], given],
    'and kept': [has(given), [asks(release)], given],
    'and kept when a second Prometheus comes': [has(given), [asks(release), asks({}, 'b')], given],
    'and kept while nobody knows who reads': [has(given), undefined, given],
    'and dropped when nobody asks for it any more': [has(given), [asks({})], {}],
    'not when there are two to choose from': [undefined, [asks(release), asks({ matchLabels: { a: '1' } }, 'b')], {}],
    'not when two are asked for': [undefined, [asks({ matchLabels: { a: '1', b: '2' } })], {}],
    'not when a second one is asked for besides the one that was given': [
      has(given),
      [asks({ matchLabels: { ...given, b: '2' } })],
      given,
    ],
    'not when something else is asked for besides': [
      undefined,
      [asks({ ...release, matchExpressions: [{ key: 'x', operator: 'Exists' }] })],
      {},
    ],
    'not by an expression': [
      undefined,
      [asks({ matchExpressions: [{ key: 'x', operator: 'In', values: ['1'] }] })],
      {},
    ],
    'not over one that somebody chose': [undefined, [asks({ matchLabels: { own: 'no' } })], {}],
    'not over one that somebody put there by hand': [has({ release: 'other' }), [asks(release)], {}],
    'not when everything is selected anyway': [undefined, [asks({})], {}],
    'not when nothing is': [undefined, [aPrometheus({})], {}],
    'not of somebody who reads other kinds': [undefined, [aPrometheus(asking, { kind: 'ThanosRuler' })], {}],
    'when others read other kinds': [undefined, [asks(release), aPrometheus(asking, { kind: 'ThanosRuler' })], given],
  };
  for (const [name, [live, prometheuses, labels]] of Object.entries(cases))
    test(name, () => assert.deepEqual(adoptedLabels(monitor, live, prometheuses), labels));
});

describe('a refused monitoring object', () => {
  const cases: Readonly<Record<string, readonly [string, number, string, string | undefined]>> = {
    'by a webhook': [
      'PrometheusRule',
      400,
      'admission webhook "prometheusrulemutate" denied the request',
      'RuleRejected',
    ],
    'by a webhook that cannot be asked': [
      'PrometheusRule',
      500,
      'failed calling webhook "p": no endpoints',
      'RuleRejected',
    ],
    'by its schema': ['ServiceMonitor', 422, 'ServiceMonitor is invalid: spec.endpoints: Required', 'MonitorRejected'],
    'by a schema of another version': [
      'ServiceMonitor',
      500,
      '.spec.podTargetLabels: field not declared in schema',
      'MonitorRejected',
    ],
    'by a policy': ['ServiceMonitor', 403, 'denied by policy', 'MonitorRejected'],
    'by RBAC': ['ServiceMonitor', 403, 'User "x" cannot patch resource "servicemonitors"', 'PermissionMissing'],
    'for a moment': ['ServiceMonitor', 500, 'etcdserver: request timed out', undefined],
  };
  for (const [name, [kind, status, message, reason]] of Object.entries(cases))
    test(`${name} is ${reason ?? 'tried again'}`, () =>
      assert.equal(monitoringRefusal(kind, { status, message }, 'apply')?.reason, reason));
});
