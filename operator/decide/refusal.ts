import type { Finding } from './finding.ts';

/** What the API server said to a write. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
}

/** Why the origin pod could not be made, told apart by the text: the API server calls three of them `Forbidden`. */
export function podRefusal({ status, message }: Refusal): Finding<'OriginReady'> | undefined {
  if (status === 403 && message.includes('exceeded quota'))
    return { reason: 'QuotaExceeded', message: `${message}. Raise the quota, or lower spec.pod.resources.` };
  if (status === 403 && message.includes('violates PodSecurity'))
    return {
      reason: 'PodSecurityForbidden',
      message: `${message}. Host ports need the level "privileged"; spec.network.media.mode ClusterOnly needs none.`,
    };
  if (status === 403)
    return { reason: 'PermissionMissing', message: `${message}. Grant it in the operator's ClusterRole.` };
  if (status === 422) return { reason: 'PodInvalid', message: `${message}. Correct spec.pod.` };
  return undefined;
}

/** What can be wrong with any object: a room's condition Accepted says it, and a namespace's MonitoringReady. */
export interface Rejection {
  readonly reason: 'NameConflict' | 'PermissionMissing';
  readonly message: string;
}

/** Why another object could not be read or written. */
export const permissionRefusal = ({ status, message }: Refusal): Rejection | undefined =>
  status === 403
    ? { reason: 'PermissionMissing', message: `${message}. Grant it in the operator's ClusterRole.` }
    : undefined;
