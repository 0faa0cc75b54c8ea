/** Who has a port already. */
export interface PortUse {
  /** Pods on nodes where the new one may come, or that have none yet. */
  readonly here: number;
  /** Pods on the other nodes: one of those may take pods again. */
  readonly elsewhere: number;
  /** Somebody else's pod was found to have it, somewhere. */
  readonly isHeld: boolean;
}

/**
 * The port for one more pod: the least used of the range, the lowest of several, and none that is held if another is left.
 * The scheduler keeps two pods with one port off one node, so a port is good for as many pods as there are nodes. Undefined
 * when all of them are taken.
 */
export function hostPort(
  range: { readonly from: number; readonly to: number },
  use: (port: number) => PortUse,
  nodes: number,
): number | undefined {
  let best: ({ readonly port: number } & PortUse) | undefined;
  for (let port = range.from; port <= range.to && !isUnused(best); port++) {
    const seen = { port, ...use(port) };
    if (seen.here < nodes && (best === undefined || isBetter(seen, best))) best = seen;
  }
  return best?.port;
}

const isUnused = (use: PortUse | undefined): boolean => use?.here === 0 && use.elsewhere === 0 && !use.isHeld;

function isBetter(a: PortUse, b: PortUse): boolean {
  if (a.isHeld !== b.isHeld) return b.isHeld;
  return a.here === b.here ? a.elsewhere < b.elsewhere : a.here < b.here;
}
