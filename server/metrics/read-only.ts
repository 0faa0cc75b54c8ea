/**
 * prom-client's verbs, by name, for a family that the server counts without it: what others counted by them would be
 * lost, so that each throws. `reset` is not among them, as a registry calls it for all that it has.
 */
export function readOnly<const V extends string>(family: string, verbs: readonly V[]): Record<V, () => never> {
  const refuse = (): never => {
    throw new Error(`${family} is counted by the server: others can read and reset it, no more`);
  };
  return Object.fromEntries(verbs.map((verb) => [verb, refuse])) as Record<V, () => never>;
}
