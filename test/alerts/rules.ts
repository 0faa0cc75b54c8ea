import { ownMonitoring } from '#operator/build/own-monitoring.ts';
import { prometheusRule } from '#operator/build/prometheus-rule.ts';
import { config } from '#test/operator/objects.ts';

const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'liveroom-operator', namespace: 'liveroom-system' },
};
const [, ofOperator] = ownMonitoring(service, config);

/** All alerts, as the unit tests of rules expect them: those about rooms for the namespace `events`, and the operator's. */
export const groups = [
  ...prometheusRule({ namespace: 'events', except: [] }, config).spec.groups,
  ...(ofOperator as ReturnType<typeof prometheusRule>).spec.groups,
];

export const rules = groups.flatMap((group) => group.rules);
