import { prometheusRule } from '#operator/build/prometheus-rule.ts';
import { config } from '#test/operator/objects.ts';

/** All alerts, those about rooms for the namespace `events`, as the unit tests of rules expect them. */
export const groups = prometheusRule({ namespace: 'events', except: [] }, config).spec.groups;

export const rules = groups.flatMap((group) => group.rules);
