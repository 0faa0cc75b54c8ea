/** Whether a JSON value has parts: a map or a list. */
export const isStructure = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
