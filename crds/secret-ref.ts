import type { Schema } from './static.ts';

/** A reference to a key of a Secret in the room's namespace. */
export const secretRef = <const D extends string>(description: D) =>
  ({
    type: 'object',
    description,
    required: ['name', 'key'],
    properties: {
      name: { type: 'string', description: 'Name of the Secret.', minLength: 1, maxLength: 253 },
      key: {
        type: 'string',
        description: 'Key in the Secret.',
        minLength: 1,
        maxLength: 253,
        pattern: '^[-._a-zA-Z0-9]+$',
      },
    },
  }) as const satisfies Schema;
