import { internalPath, portName } from '#crds/contract.ts';
import type { LiveRoomSpec } from '#crds/liveroom.ts';
import { type ProbeKind, probeTimings } from '#crds/probes-schema.ts';

/** A pod that hangs cannot drain: who is on it finds the next one sooner than after the whole drain time. */
const hungGraceSeconds = 10;

/** The probes of the server container: as given, else as they usually are. */
export function probes(given: LiveRoomSpec['pod']['probes']) {
  const probe = (kind: ProbeKind, path: string) => ({
    httpGet: { path, port: portName.internal },
    ...(given?.[kind] ?? probeTimings[kind]),
  });
  const grace = { terminationGracePeriodSeconds: hungGraceSeconds };
  return {
    startupProbe: { ...probe('startup', internalPath.livez), ...grace },
    livenessProbe: { ...probe('liveness', internalPath.livez), ...grace },
    readinessProbe: probe('readiness', internalPath.readyz),
  } as const;
}
