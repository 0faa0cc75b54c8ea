import type { Schema } from './static.ts';

/** How long a start may take, how long a pod may not answer before it is started anew, and how soon it is found ready. */
export const probeTimings = {
  startup: { periodSeconds: 1, timeoutSeconds: 1, failureThreshold: 60 },
  liveness: { periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 },
  readiness: { periodSeconds: 2, timeoutSeconds: 2, failureThreshold: 3 },
} as const;
export type ProbeKind = keyof typeof probeTimings;

const integer = <const D extends number>(description: string, value: D, maximum: number) =>
  ({ type: 'integer', format: 'int32', default: value, minimum: 1, maximum, description }) as const satisfies Schema;

/** A pod is not to be given up while it merely collects garbage, nor kept for longer than people would wait. */
const patience = {
  startup: { least: 10, most: 600 },
  liveness: { least: 10, most: 600 },
  readiness: { least: 2, most: 60 },
} as const;

const probe = (kind: ProbeKind, description: string) => {
  const { periodSeconds, timeoutSeconds, failureThreshold } = probeTimings[kind];
  const { least, most } = patience[kind];
  const time = 'self.periodSeconds * self.failureThreshold';
  return {
    type: 'object',
    description,
    properties: {
      periodSeconds: integer('Time from one try to the next.', periodSeconds, 60),
      timeoutSeconds: integer('How long an answer may take.', timeoutSeconds, 60),
      failureThreshold: integer('Failures in a row that count.', failureThreshold, 600),
    },
    'x-kubernetes-validations': [
      {
        rule: 'self.timeoutSeconds <= self.periodSeconds',
        message: 'timeoutSeconds must be at most periodSeconds',
        fieldPath: '.timeoutSeconds',
      },
      {
        rule: `${time} >= ${least} && ${time} <= ${most}`,
        message: `periodSeconds times failureThreshold must be between ${least} and ${most} seconds`,
      },
    ],
  } as const satisfies Schema;
};

export const probes = {
  type: 'object',
  description: 'When the kubelet looks at a pod.',
  properties: {
    startup: probe('startup', 'Until the server has started. A pod that has not by then is started anew.'),
    liveness: probe('liveness', 'Whether its loops turn. A pod that fails is started anew.'),
    readiness: probe('readiness', 'Whether it can be sent clients.'),
  },
} as const satisfies Schema;
