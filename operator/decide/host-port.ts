/**
 * The port for one more pod: the least used of the range, the lowest of several. The scheduler keeps two pods with one
 * port off one node, so a port is good for as many pods as there are nodes. Undefined when all of them are taken.
 */
export function hostPort(
  range: { readonly from: number; readonly to: number },
  used: Iterable<number>,
  nodes: number,
): number | undefined {
  const uses = new Map<number, number>();
  for (const port of used) uses.set(port, (uses.get(port) ?? 0) + 1);
  let best: number | undefined;
  let fewest = nodes;
  for (let port = range.from; port <= range.to && fewest > 0; port++) {
    const count = uses.get(port) ?? 0;
    if (count < fewest) [best, fewest] = [port, count];
  }
  return best;
}
