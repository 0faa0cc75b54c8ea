import type { Finding } from './finding.ts';

/** What the API server said to a write. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
}

/** Why the origin pod could not be made, told apart by the text: the API server calls four of them `Forbidden`. */
export function podRefusal(refusal: Refusal): Finding<'OriginReady'> | undefined {
  const { status, message } = refusal;
  if (status === 403 && isByQuota(message))
    return { reason: 'QuotaExceeded', message: `${message}. Raise the quota, or lower spec.pod.resources.` };
  if (status === 403 && message.includes('violates PodSecurity'))
    return {
      reason: 'PodSecurityForbidden',
      message: `${message}. Host ports need the level "privileged"; every other spec.network.media.mode does without.`,
    };
  if (status === 403 && isByRole(message)) return forbidden(message);
  if (isByAdmission(refusal)) return { reason: 'PodRejected', message: told(refusal) };
  if (status === 400 || status === 422) return { reason: 'PodInvalid', message: `${message}. Correct spec.pod.` };
  return undefined;
}

/** No host port is left for one more pod. */
export const portsExhausted = (
  { from, to }: { readonly from: number; readonly to: number },
  nodes: number,
): Finding<'Accepted'> => ({
  reason: 'PortRangeExhausted',
  message: `All ${to - from + 1} host ports from ${from} to ${to} are taken on ${nodes === 1 ? 'the only node' : `each of ${nodes} nodes`} where the pod may run. Widen hostPorts in the operator's configuration, or add nodes.`,
});

/** What can be wrong with any object: a room's condition Accepted says it, and a namespace's MonitoringReady. */
export interface Rejection {
  readonly reason: 'NameConflict' | 'QuotaExceeded' | 'PermissionMissing' | 'ObjectRejected';
  readonly message: string;
}

/** Webhooks that cannot be asked, and schemas of another version, come as errors of the server's own. */
const isAboutTheObject = ({ status, message }: Refusal): boolean =>
  [400, 403, 422].includes(status) || (status === 500 && /webhook|field not declared in schema/.test(message));

/** Why a ServiceMonitor or PrometheusRule could not be made, or taken away. */
export function monitoringRefusal(
  kind: string,
  refusal: Refusal,
  action: 'apply' | 'delete',
): Finding<'MonitoringReady'> | undefined {
  if (refusal.status === 403 && isByRole(refusal.message)) return forbidden(refusal.message);
  if (!isAboutTheObject(refusal)) return undefined;
  const reason = kind === 'ServiceMonitor' ? 'MonitorRejected' : 'RuleRejected';
  const does = action === 'delete' ? 'let go of' : 'take';
  return { reason, message: `The API server does not ${does} the ${kind}: ${refusal.message}` };
}

/** Why an Ingress or HTTPRoute could not be made, or taken away. */
export function routeRefusal(
  kind: string,
  refusal: Refusal,
  action: 'apply' | 'delete',
): Finding<'EndpointReady'> | undefined {
  if (isByRole(refusal.message) || isByQuota(refusal.message) || !isAboutTheObject(refusal))
    return permissionRefusal(refusal);
  if (action === 'delete')
    return {
      reason: 'RouteRejected',
      message: `The room wants no ${kind} any more, and the API server keeps the one that there is: ${refusal.message}.`,
    };
  return {
    reason: 'RouteRejected',
    message: `The API server does not take the ${kind}: ${refusal.message}. Correct spec.network.http.`,
  };
}

/** Why another object could not be read or written. */
export function objectRefusal(refusal: Refusal): Rejection | undefined {
  const permission = isByRole(refusal.message) || isByQuota(refusal.message) ? permissionRefusal(refusal) : undefined;
  if (permission !== undefined || !isAboutTheObject(refusal)) return permission;
  return { reason: 'ObjectRejected', message: told(refusal) };
}

/** The same, where a role or a quota is all that can be in the way. */
export function permissionRefusal({
  status,
  message,
}: Refusal): (Finding<'Accepted'> & Finding<'EndpointReady'>) | undefined {
  if (status !== 403) return undefined;
  return isByQuota(message) ? { reason: 'QuotaExceeded', message: `${message}. Raise the quota.` } : forbidden(message);
}

/** Said with every permission that is missing. An operator of some namespaces has Roles. */
export const grantIt = "Grant it in the operator's ClusterRole or Role.";

/** By RBAC, which says who cannot do what, or by somebody's admission rules. */
const forbidden = (message: string): { readonly reason: 'PermissionMissing'; readonly message: string } => ({
  reason: 'PermissionMissing',
  message: isByRole(message) ? `${message}. ${grantIt}` : `${message}.`,
});

/** By a webhook or a policy, whose text is its author's, or since a webhook could not be asked. */
const isByAdmission = (refusal: Refusal): boolean =>
  isAboutTheObject(refusal) && (![400, 422].includes(refusal.status) || /denied (the )?request/.test(refusal.message));

/** With what helps. */
const told = ({ status, message }: Refusal): string =>
  status === 500
    ? `${message}. Whoever runs that webhook has to see to it; it is tried again by itself.`
    : `${message}. Change what of the room the rule is about, or have the rule changed.`;

const isByQuota = (message: string): boolean => message.includes('exceeded quota');

const isByRole = (message: string): boolean => / cannot \w+ resource /.test(message);
