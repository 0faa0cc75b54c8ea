import type { Schema } from './static.ts';

/** Labels or annotations that others go by when an object is made: sidecars, networks, load balancers, bills. */
export const words = (description: string, maxLength: number) =>
  ({
    type: 'object',
    description,
    maxProperties: 16,
    additionalProperties: { type: 'string', maxLength },
    'x-kubernetes-validations': [
      {
        rule: "self.all(key, key.size() <= 317 && key.matches('^([a-z0-9.-]{1,253}/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$'))",
        message: 'must have keys that Kubernetes takes, such as team or example.com/team',
      },
      {
        rule: "self.all(key, !key.startsWith('liveroom.dev/') && !key.startsWith('app.kubernetes.io/'))",
        message: 'must leave liveroom.dev/ and app.kubernetes.io/ to the operator',
      },
    ],
  }) as const satisfies Schema;
