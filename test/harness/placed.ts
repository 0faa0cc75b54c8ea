import type { LiveRoomSpec } from '#crds/liveroom.ts';

/** All that a room can say of where its pods go, and to whom else. */
export const placed = {
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: 'pool', operator: 'NotIn', values: ['builds'] }] }],
      },
    },
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        {
          weight: 50,
          podAffinityTerm: {
            topologyKey: 'kubernetes.io/hostname',
            labelSelector: { matchLabels: { 'app.kubernetes.io/name': 'live-sfu' } },
          },
        },
      ],
    },
  },
  topologySpreadConstraints: [
    { maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway' },
  ],
  priorityClassName: 'media',
  serviceAccountName: 'default',
  labels: { team: 'video' },
  annotations: { 'sidecar.istio.io/inject': 'false' },
} as const satisfies LiveRoomSpec['pod'];
