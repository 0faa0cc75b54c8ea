/**
 * The port for one more pod: the least used of the range, the lowest of several. The scheduler keeps two pods with one
 * port off one node, so a port is good for as many pods as there are nodes. Undefined when all of them are taken.
 */
export function hostPort(
  range: { readonly from: number; readonly to: number },
  uses: (port: number) => number,
  nodes: number,
): number | undefined {
  let best: number | undefined;
  let fewest = nodes;
  for (let port = range.from; port <= range.to && fewest > 0; port++) {
    const count = uses(port);
    if (count < fewest) [best, fewest] = [port, count];
  }
  return best;
}
