/** An alert before it is a rule of Prometheus. */
export interface Alert {
  readonly name: string;
  /** critical: people are cut off now. warning: they soon will be, or some are. info: worth a look by day. */
  readonly severity: 'critical' | 'warning' | 'info';
  readonly expr: string;
  /** For how long it must be so, as Prometheus writes durations; at once unless given. */
  readonly for?: string;
  /** One line for a phone's screen: who has which trouble. */
  readonly summary: string;
  /** The numbers. Both are templates of Prometheus. */
  readonly description: string;
}

export interface AlertGroup {
  readonly name: string;
  readonly alerts: readonly Alert[];
}

/** A group as a PrometheusRule has it. `runbookURL` is the base of the pages; without it they are paths of the source tree. */
export const ruleGroup = ({ name, alerts }: AlertGroup, runbookURL?: string) => ({
  name,
  rules: alerts.map((alert) => rule(alert, runbookURL)),
});

const rule = (
  { name, severity, expr, for: duration, summary, description }: Alert,
  runbookURL: string | undefined,
) => ({
  alert: name,
  expr,
  ...(duration === undefined ? {} : { for: duration }),
  labels: { severity },
  annotations: { summary, description, runbook_url: runbook(name, runbookURL) },
});

const runbook = (name: string, base: string | undefined): string =>
  `${base === undefined ? '' : `${base}/`}docs/runbooks/${name}.md`;
