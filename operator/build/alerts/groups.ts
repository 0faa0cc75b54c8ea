import type { AlertGroup } from './alert.ts';
import { mediaAlerts } from './media.ts';
import { operatorAlerts } from './operator.ts';
import { podAlerts } from './pods.ts';
import { readinessAlerts } from './readiness.ts';
import { roomAlerts } from './rooms.ts';
import { series } from './series.ts';
import { signallingAlerts } from './signalling.ts';

/** All alerts about the pods that these PromQL matchers select, and about their rooms. `prefix` as METRICS_PREFIX of the pods. */
export const sfuAlertGroups = (scope: string, prefix = ''): readonly AlertGroup[] => {
  const covered = series(scope, prefix);
  return [
    { name: 'live-rooms', alerts: roomAlerts(covered) },
    { name: 'live-media', alerts: mediaAlerts(covered) },
    { name: 'live-signalling', alerts: signallingAlerts(covered) },
    { name: 'live-sfu', alerts: podAlerts(covered) },
  ];
};

/** All alerts about the operator that is scraped by this job from this namespace, and about what it alone knows. */
export const operatorAlertGroups = (namespace: string, job: string): readonly AlertGroup[] => [
  { name: 'liveroom-operator', alerts: operatorAlerts(series(`namespace="${namespace}", job="${job}"`)) },
  { name: 'liveroom-rooms', alerts: readinessAlerts(series(`job="${job}"`)) },
];
