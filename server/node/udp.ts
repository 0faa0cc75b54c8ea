/** UDP as the kernel counts it in this network namespace, which is the pod's. IPv4 and IPv6 together. */

export interface UdpCounts {
  readonly sent: number;
  readonly received: number;
  /** Datagrams that came faster than the server read them. */
  readonly receiveBufferFull: number;
  readonly sendBufferFull: number;
  readonly noPort: number;
  /** Bad checksums and lengths. */
  readonly malformed: number;
}

/** Reads `/proc/net/snmp` and `/proc/net/snmp6`; what is missing counts nothing. */
export function udpCounts(snmp: string, snmp6: string): UdpCounts {
  const [v4, v6] = [columns(snmp), rows(snmp6)];
  const of = (name: string) => (v4.get(name) ?? 0) + (v6.get(name) ?? 0);
  const receiveBufferFull = of('RcvbufErrors');
  return {
    sent: of('OutDatagrams'),
    received: of('InDatagrams'),
    receiveBufferFull,
    sendBufferFull: of('SndbufErrors'),
    noPort: of('NoPorts'),
    // InErrors has the full buffers too.
    malformed: Math.max(0, of('InErrors') - receiveBufferFull),
  };
}

/** Two lines that begin with `Udp:`, of names and of numbers. */
function columns(text: string): ReadonlyMap<string, number> {
  const [names = [], values = []] = text
    .split('\n')
    .filter((line) => line.startsWith('Udp:'))
    .map((line) => line.split(' ').slice(1));
  return new Map(names.map((name, i) => [name, Number(values[i] ?? 0)]));
}

/** A line for each number; the names begin with `Udp6`. */
const rows = (text: string): ReadonlyMap<string, number> =>
  new Map([...text.matchAll(/^Udp6(\w+)\s+(\d+)$/gm)].map(([, name = '', value]) => [name, Number(value)] as const));
