import assert from 'node:assert/strict';
import { test } from 'node:test';
import { udpCounts } from '#server/node/udp.ts';

const snmp = `Ip: Forwarding DefaultTTL
Ip: 2 64
Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors IgnoredMulti MemErrors
Udp: 1000 20 30 2000 25 4 5 0 0
UdpLite: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors IgnoredMulti MemErrors
UdpLite: 7 7 7 7 7 7 7 7 7
`;
const snmp6 = `Ip6InReceives                   	57334
Udp6InDatagrams                 	100
Udp6NoPorts                     	2
Udp6InErrors                    	3
Udp6OutDatagrams                	200
Udp6RcvbufErrors                	1
Udp6SndbufErrors                	0
UdpLite6InDatagrams             	7
`;

test('datagrams of IPv4 and IPv6 are counted together, those for full buffers apart from malformed ones', () => {
  assert.deepEqual(udpCounts(snmp, snmp6), {
    received: 1100,
    sent: 2200,
    noPort: 22,
    receiveBufferFull: 26,
    sendBufferFull: 4,
    malformed: 7,
  });
});

test('an old kernel has fewer columns; none at all count nothing', () => {
  const old = 'Udp: InDatagrams NoPorts InErrors OutDatagrams\nUdp: 5 0 1 6\n';
  assert.deepEqual(udpCounts(old, ''), {
    received: 5,
    sent: 6,
    noPort: 0,
    receiveBufferFull: 0,
    sendBufferFull: 0,
    malformed: 1,
  });
  assert.deepEqual(Object.values(udpCounts('', '')), [0, 0, 0, 0, 0, 0]);
});
