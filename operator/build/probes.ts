import { internalPath, portName } from '#crds/contract.ts';
import type { LiveRoom } from '#crds/liveroom.ts';
import { type ProbeKind, probeTimings } from '#crds/probes-schema.ts';

/** A pod that hangs cannot drain: who is on it finds the next one sooner than after the whole drain time. */
const hungGraceSeconds = 10;

/** The probes of the server container. */
export function probes(room: LiveRoom) {
  const probe = (kind: ProbeKind, path: string) => ({
    httpGet: { path, port: portName.internal },
    ...(room.spec.pod.probes?.[kind] ?? probeTimings[kind]),
  });
  const given = { terminationGracePeriodSeconds: hungGraceSeconds };
  return {
    startupProbe: { ...probe('startup', internalPath.livez), ...given },
    livenessProbe: { ...probe('liveness', internalPath.livez), ...given },
    readinessProbe: probe('readiness', internalPath.readyz),
  } as const;
}
