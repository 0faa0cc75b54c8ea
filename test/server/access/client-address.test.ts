import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressKey, clientAddress, trustedProxies } from '#server/access/client-address.ts';

const proxies = trustedProxies(['10.0.0.0/8', '203.0.113.7', 'fd00::/8']);

test('without a trusted proxy, nobody’s word but the socket’s is taken', () => {
  assert.equal(clientAddress('192.0.2.1', '198.51.100.9', proxies), '192.0.2.1');
  assert.equal(clientAddress('192.0.2.1', undefined, proxies), '192.0.2.1');
  assert.equal(clientAddress('10.1.2.3', '198.51.100.9', trustedProxies([])), '10.1.2.3');
  assert.equal(clientAddress('::ffff:192.0.2.1', undefined, proxies), '192.0.2.1', 'by a dual-stack socket');
});

const chains: readonly [string, peer: string, forwardedFor: string | undefined, client: string][] = [
  ['a trusted proxy says who asked it', '10.1.2.3', '198.51.100.9', '198.51.100.9'],
  ['a chain of trusted proxies is followed to its end', '10.1.2.3', '198.51.100.9, 203.0.113.7', '198.51.100.9'],
  ['what a client wrote in front is not read', '10.1.2.3', '8.8.8.8, 198.51.100.9', '198.51.100.9'],
  ['not even when it names a trusted one', '10.1.2.3', '10.9.9.9, 198.51.100.9', '198.51.100.9'],
  ['a proxy that asks for itself is the client', '10.1.2.3', undefined, '10.1.2.3'],
  ['if all are trusted, the first is the client', '10.1.2.3', '10.5.5.5, 10.6.6.6', '10.5.5.5'],
  ['one that cannot be read ends the chain', '10.1.2.3', '198.51.100.9, unknown', '10.1.2.3'],
  ['so does an empty one', '10.1.2.3', '198.51.100.9,', '10.1.2.3'],
  ['and one behind a readable one', '10.1.2.3', '_hidden, 203.0.113.7', '203.0.113.7'],
  ['ports are left out', '10.1.2.3', '198.51.100.9:4711', '198.51.100.9'],
  ['IPv6 stands with brackets', '10.1.2.3', '[2001:db8::1]:443', '2001:db8::1'],
  ['and without', 'fd00::1', '2001:DB8::1', '2001:db8::1'],
  ['and with a zone', 'fd00::1%eth0', 'fe80::1%eth0', 'fe80::1'],
  ['a dual-stack socket’s IPv4 peer is itself', '::ffff:10.1.2.3', '198.51.100.9', '198.51.100.9'],
  ['also when it is written in hexadecimal', '10.1.2.3', '::FFFF:c633:6409', '198.51.100.9'],
  ['spaces do not matter', '10.1.2.3', '  8.8.8.8 ,   198.51.100.9  ', '198.51.100.9'],
];
for (const [name, peer, forwardedFor, client] of chains)
  test(`X-Forwarded-For: ${name}`, () => assert.equal(clientAddress(peer, forwardedFor, proxies), client));

test('a chain without end is not followed to its end', () => {
  const chain = `198.51.100.9${', 10.0.0.1'.repeat(5000)}`;
  assert.equal(clientAddress('10.1.2.3', chain, proxies), '10.0.0.1');
});

test('a peer that has gone already has no address, and is trusted by nobody', () => {
  assert.equal(clientAddress(undefined, '198.51.100.9', trustedProxies(['0.0.0.0/0', '::/0'])), 'unknown');
  assert.equal(addressKey('unknown'), 'unknown');
});

test('"private" are the networks of a cluster and of the machine, and not those of the Internet', () => {
  const { has } = trustedProxies(['private', '198.51.100.0/24']);
  const ours = ['10.1.2.3', '172.31.0.1', '192.168.1.1', '100.100.0.1', '127.0.0.1', '::1', 'fd12::1', 'fe80::1'];
  assert.deepEqual(
    ours.filter((address) => !has(address)),
    [],
  );
  assert.ok(has('198.51.100.200'));
  assert.deepEqual(['172.32.0.1', '8.8.8.8', '2001:db8::1', '198.51.101.1'].filter(has), []);
});

test('what is no network is refused by its name', () => {
  for (const wrong of ['10.0.0.0/33', 'fd00::/129', 'proxy', '10.0.0', '', '10.0.0.0/', '10.0.0.0/8/8', 'fe80::1%eth0'])
    assert.throws(() => trustedProxies(['127.0.0.1', wrong]), {
      name: 'RangeError',
      message: new RegExp(`: ${wrong}$`),
    });
});

test('an IPv4 client counts by its address, an IPv6 one by its /64', () => {
  assert.equal(addressKey('192.0.2.1'), '192.0.2.1');
  assert.equal(addressKey('2001:db8:1:2:3:4:5:6'), addressKey('2001:db8:1:2::9'));
  assert.notEqual(addressKey('2001:db8:1:2::1'), addressKey('2001:db8:1:3::1'));
  assert.equal(addressKey('2001:db8::1'), '20010db800000000/64');
});
