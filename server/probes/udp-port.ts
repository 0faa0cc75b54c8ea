/** Whether somebody in this network namespace has bound a UDP port. */

/** Reads `/proc/net/udp` and `/proc/net/udp6`. Where neither is there, nothing speaks against it. */
export function isUdpPortBound(tables: readonly (string | undefined)[], port: number): boolean {
  const known = tables.filter((table) => table !== undefined);
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return known.length === 0 || known.some((table) => localAddresses(table).some((address) => address.endsWith(suffix)));
}

/** The second column, without its title. */
const localAddresses = (table: string): readonly string[] =>
  table
    .trim()
    .split('\n')
    .slice(1)
    .map((row) => row.trim().split(/\s+/)[1] ?? '');
