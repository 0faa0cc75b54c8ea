import { appName } from '#crds/contract.ts';
import type { Alert, AlertGroup } from '#operator/build/alerts/alert.ts';
import { operatorAlertGroups, sfuAlertGroups } from '#operator/build/alerts/groups.ts';

/** The reference of the alerts for readers, straight from the rules. */

/** A template of Prometheus as people read it: what it fills in stands in italics. */
export const readable = (template: string) =>
  template
    .replace(/\{\{ with [^}]*\}\}.*?\{\{ end \}\}/g, '')
    .replace(/\{\{ \$labels\.liveroom_dev_room \}\}/g, '*room*')
    .replace(/\{\{ \$labels\.(\w+) \}\}/g, '*$1*')
    .replace(/\{\{ \$value[^}]*\}\}/g, '*so many*');

const row = ({ name, severity, for: duration = 'at once', summary }: Alert) =>
  `| [\`${name}\`](../runbooks/${name}.md) | ${severity} | ${duration} | ${readable(summary)} |`;

/** Which series they are about does not show on the page. */
export const alertGroups: readonly AlertGroup[] = [...sfuAlertGroups(''), ...operatorAlertGroups('', appName.operator)];

export const alertsPage = () => `<!-- Generated from operator/build/alerts/ by \`npm run gen\`. Do not edit. -->
# Alerts

The rules of the PrometheusRules that the operator makes: \`live-sfu\` in each namespace with rooms, and one for itself.
Each alert links to a page of what it means, how to look and what to do, as \`runbook_url\` does in Prometheus.

| alert | severity | after | says |
|---|---|---|---|
${alertGroups.flatMap(({ alerts }) => alerts.map(row)).join('\n')}

## Who is woken
Every alert has a label \`severity\`. critical: people are cut off now. warning: they soon will be, or some are.
An Alertmanager tells them apart, and keeps one trouble of a namespace to one message:

\`\`\`yaml
route:
  receiver: chat
  group_by: [namespace, alertname]
  routes:
    - matchers: [severity="critical"]
      receiver: pager
\`\`\`

Rooms set the thresholds of the alerts about them in \`spec.monitoring.alerts\`; 0 turns one off
([monitoring](../guides/monitoring.md)).
`;
