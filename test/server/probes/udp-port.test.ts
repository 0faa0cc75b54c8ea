import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { isUdpPortBound } from '#server/probes/udp-port.ts';

const table = `   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  366: 0100007F:1ECA 00000000:0000 07 00000000:00000000 00:00000000 00000000  1000        0 48391 2 0000000000000000 0
`;

test('a port is found in the table of either family', () => {
  assert.equal(isUdpPortBound([table, undefined], 7882), true);
  assert.equal(isUdpPortBound(['', table], 7882), true);
});

test('a port that nobody has, or that a peer has, is not bound', () => {
  assert.equal(isUdpPortBound([table, table], 7883), false);
  assert.equal(isUdpPortBound([table], 0), false);
});

test('where the kernel has no tables nothing speaks against it', () => {
  assert.equal(isUdpPortBound([undefined, undefined], 7882), true);
});

test('a real socket is found as long as it is open', { skip: process.platform !== 'linux' }, async () => {
  const tables = () => ['/proc/net/udp', '/proc/net/udp6'].map((path) => readFileSync(path, 'utf8'));
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  assert.equal(isUdpPortBound(tables(), port), true);
  socket.close();
  await once(socket, 'close');
  assert.equal(isUdpPortBound(tables(), port), false);
});
