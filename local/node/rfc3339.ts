/** A time as the API writes it: whole seconds, UTC. */
export const rfc3339 = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** A time as Leases and Events have it: microseconds. */
export const rfc3339Micro = (ms: number): string => `${new Date(ms).toISOString().slice(0, 23)}000Z`;
