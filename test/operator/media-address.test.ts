import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { annotation } from '#crds/contract.ts';
import { conditions } from '#operator/decide/conditions.ts';
import { endpoints, mediaAddress, spoken } from '#operator/decide/media-address.ts';
import type { Audience, Seen } from '#operator/decide/seen.ts';
import { isPrivate } from '#operator/ip-address.ts';
import type { Node, Pod } from '#operator/kube.ts';
import { aCondition, aPod, seenRoom, storedRoom } from './objects.ts';

const node = (addresses: readonly (readonly [type: string, address: string])[], given?: string): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'node-1', ...(given !== undefined && { annotations: { [annotation.mediaAddress]: given } }) },
  status: { addresses: addresses.map(([type, address]) => ({ type, address })) },
});

const podAt = (...ips: string[]): Pod => {
  const pod = aPod('a');
  const [podIP] = ips;
  return { ...pod, status: podIP === undefined ? {} : { podIP, podIPs: ips.map((ip) => ({ ip })) } };
};

/** Not of a host port, and not on a node. */
const withoutPort = (pod: Pod): Pod => ({ ...pod, spec: { containers: [{ name: 'sfu' }] } });

const internal4 = ['InternalIP', '10.0.0.1'] as const;
const external4 = ['ExternalIP', '203.0.113.7'] as const;
const internal6 = ['InternalIP', '2001:db8::1'] as const;
const hostname = ['Hostname', 'n'] as const;

describe('the media address of a pod with a host port', () => {
  const table: Readonly<Record<string, readonly [readonly string[], Node | undefined, readonly string[] | undefined]>> =
    {
      "is its node's ExternalIP": [['10.244.1.5'], node([internal4, external4]), ['203.0.113.7']],
      'is its InternalIP where there is no other': [['10.244.1.5'], node([hostname, internal4]), ['10.0.0.1']],
      'is unknown while the node is': [['10.244.1.5'], undefined, undefined],
      'is unknown where the node tells none': [['10.244.1.5'], node([hostname]), undefined],
      'is one of each family that the pod has, in its order': [
        ['fd00::5', '10.244.1.5'],
        node([internal4, internal6, external4]),
        ['2001:db8::1', '203.0.113.7'],
      ],
      'is none of a family that the pod has not': [['10.244.1.5'], node([internal6, internal4]), ['10.0.0.1']],
      'is unknown where all are of another': [['fd00::5'], node([internal4]), undefined],
      "is of the node's first family until the pod has its own": [[], node([internal4, internal6]), ['10.0.0.1']],
      'is what somebody says of the node': [
        ['10.244.1.5'],
        node([external4], '198.51.100.9, 2001:db8::9'),
        ['198.51.100.9', '2001:db8::9'],
      ],
      'is unknown where that is no address': [['10.244.1.5'], node([external4], 'live.example.com'), undefined],
      'is unknown where that is empty': [['10.244.1.5'], node([external4], ''), undefined],
    };
  for (const [name, [ips, at, addresses]] of Object.entries(table))
    test(name, () => assert.deepEqual(mediaAddress(podAt(...ips), at), addresses && { addresses, port: 7000 }));
});

test("the media address of a pod without a host port is the pod's own", () => {
  assert.deepEqual(mediaAddress(withoutPort(podAt('10.244.1.5', 'fd00::5')), undefined), {
    addresses: ['10.244.1.5', 'fd00::5'],
    port: 7882,
  });
  assert.deepEqual(mediaAddress(withoutPort(aPod('a')), undefined), { addresses: ['10.244.1.5'], port: 7882 });
  assert.equal(mediaAddress(withoutPort(podAt()), undefined), undefined);
});

test('an IPv6 address has brackets before its port', () => {
  const address = { addresses: ['203.0.113.7', '2001:db8::7'], port: 7000 } as const;
  assert.deepEqual(endpoints(address), ['203.0.113.7:7000', '[2001:db8::7]:7000']);
  assert.equal(spoken(address), '203.0.113.7:7000/udp or [2001:db8::7]:7000/udp');
});

describe('an address', () => {
  const table = {
    private: `10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 100.64.0.1 100.127.255.255 169.254.1.1 127.0.0.1
      fd12:3456::1 fc00::1 fe80::1 febf::1 ::1`,
    public: '203.0.113.7 172.15.0.1 172.32.0.1 100.63.0.1 100.128.0.1 9.255.255.255 11.0.0.0 2001:db8::1 fec0::1',
  };
  for (const [kind, addresses] of Object.entries(table))
    for (const address of addresses.split(/\s+/))
      test(`like ${address} is ${kind}`, () => assert.equal(isPrivate(address), kind === 'private'));
});

describe('MediaReachable', () => {
  const room = { namespace: 'events', name: 'keynote', subscribers: 0 };
  const met = (connected: number, unreached: number): Audience => ({ room, clients: { connected, unreached } });
  const nobody = met(0, 0);
  const lan = { addresses: ['10.0.0.5'], port: 7000 } as const;
  const both = { addresses: ['10.0.0.5', '2001:db8::5'], port: 7000 } as const;
  const inside = withoutPort(aPod('keynote-origin-aaaaa'));
  /** What the room said of a pod. */
  const said = (
    reason: string,
    { podName = 'keynote-origin-aaaaa', address = '203.0.113.7', status = 'True' as 'True' | 'False' } = {},
  ) =>
    storedRoom(
      {},
      {
        origin: { podName, address, mediaPort: 7000, ready: true },
        conditions: [aCondition('MediaReachable', status, reason)],
      },
    );

  const table: Readonly<Record<string, readonly [Partial<Seen>, string, RegExp]>> = {
    'once a client has connected': [{ audience: met(1, 0) }, 'True/MediaReachable', /203\.0\.113\.7:7000\/udp\.$/],
    'also where others could not': [{ audience: met(1, 5) }, 'True/MediaReachable', /has connected/],
    'by who is there, as older pods tell': [
      { audience: { room: { ...room, subscribers: 1 } } },
      'True/MediaReachable',
      /./,
    ],
    'at a private address, with its limits': [
      { audience: met(1, 0), mediaAddress: lan },
      'True/MediaReachable',
      /private, so that clients on other networks do not/,
    ],
    'before anybody came': [{ audience: nobody }, 'Unknown/NoClientConnected', /7000\/udp yet.* firewalls/],
    'before anybody came to a pod of an older release': [{ audience: { room } }, 'Unknown/NoClientConnected', /yet/],
    'before anybody came to a private address': [
      { audience: nobody, mediaAddress: lan },
      'Unknown/PrivateAddressOnly',
      /kubectl annotate node node-1 liveroom\.dev\/media-address=/,
    ],
    'before anybody came to a private and a public one': [
      { audience: nobody, mediaAddress: both },
      'Unknown/NoClientConnected',
      /10\.0\.0\.5:7000\/udp or \[2001:db8::5\]:7000\/udp yet/,
    ],
    'before anybody came inside the cluster': [
      { audience: nobody, mediaAddress: lan, origin: inside },
      'Unknown/NoClientConnected',
      /clients in the cluster/,
    ],
    'when nobody who came got there': [
      { audience: met(0, 3) },
      'False/ClientsCannotConnect',
      /Let UDP port 7000 through to node node-1/,
    ],
    'when nobody got to a private address': [
      { audience: met(0, 3), mediaAddress: lan },
      'False/ClientsCannotConnect',
      /address is private.*kubectl annotate/,
    ],
    'when nobody got to an address of the cluster': [
      { audience: met(0, 3), mediaAddress: lan, origin: inside },
      'False/ClientsCannotConnect',
      /media\.mode HostPort/,
    ],
    'without a pod': [{ origin: undefined }, 'Unknown/NoClientConnected', /no pod yet/],
    'before the pod has a node': [
      { origin: { ...inside, status: {} }, mediaAddress: undefined },
      'Unknown/NoClientConnected',
      /no address yet/,
    ],
    'without an address of the node': [
      { mediaAddress: undefined, node: node([]) },
      'False/AddressUnknown',
      /neither an ExternalIP/,
    ],
    'with an annotation that is empty': [
      { mediaAddress: undefined, node: node([], '') },
      'False/AddressUnknown',
      /media-address, and it is empty, so.*--overwrite/,
    ],
    'with an address of the node that is none': [
      { mediaAddress: undefined, node: node([], 'live.example.com') },
      'False/AddressUnknown',
      /something else than IP addresses \(live\.example\.com\).*--overwrite/,
    ],
    'after the server has started anew, it stays True': [
      { room: said('MediaReachable'), audience: nobody },
      'True/MediaReachable',
      /has connected/,
    ],
    'at another pod, it begins anew': [
      { room: said('MediaReachable', { podName: 'other' }), audience: nobody },
      'Unknown/NoClientConnected',
      /yet/,
    ],
    'at another address, it begins anew': [
      { room: said('MediaReachable', { address: '203.0.113.8' }), audience: nobody },
      'Unknown/NoClientConnected',
      /yet/,
    ],
    'while the pod has not been asked, it is what it was': [
      { room: said('ClientsCannotConnect', { status: 'False' }), audience: 'Unasked' },
      'False/ClientsCannotConnect',
      /./,
    ],
    'when the pod does not answer, and nothing was known': [{ audience: 'Silent' }, 'Unknown/NoClientConnected', /./],
  };
  for (const [name, [traits, verdict, message]] of Object.entries(table))
    test(`${name}: ${verdict}`, () => {
      const found = conditions(seenRoom(traits), 15_000).find(({ type }) => type === 'MediaReachable');
      assert.equal(`${found?.status}/${found?.reason}`, verdict);
      assert.match(found?.message ?? '', message);
    });
});
