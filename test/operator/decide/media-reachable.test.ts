import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { conditions } from '#operator/decide/conditions.ts';
import type { Audience, Seen } from '#operator/decide/seen.ts';
import {
  aCondition,
  aMediaService,
  aNode,
  aPod,
  roomWithMedia,
  seenRoom,
  storedRoom,
  withoutPort,
} from '../objects.ts';

describe('MediaReachable', () => {
  const room = { namespace: 'events', name: 'keynote', subscribers: 0 };
  const met = (connected: number, unreached: number): Audience => ({ room, clients: { connected, unreached } });
  const nobody = met(0, 0);
  const lan = { addresses: ['10.0.0.5'], port: 7000 } as const;
  const loopback = { addresses: ['127.1.2.3'], port: 7000 } as const;
  const both = { addresses: ['10.0.0.5', '2001:db8::5'], port: 7000 } as const;
  const clusterOnly = roomWithMedia({ mode: 'ClusterOnly' });
  const balanced = roomWithMedia({ mode: 'LoadBalancer' });
  const nodePort = roomWithMedia({ mode: 'NodePort' });
  const balancer = (traits: Parameters<typeof aMediaService>[1]): Partial<Seen> => ({
    room: balanced,
    mediaAddress: undefined,
    mediaService: aMediaService('keynote-origin-aaaaa', traits),
  });
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
      /private: clients on other networks cannot reach it\.$/,
    ],
    'at a loopback address, with its limits': [
      { audience: met(1, 0), mediaAddress: loopback },
      'True/MediaReachable',
      /127\.1\.2\.3:7000\/udp\. That is a loopback address, which clients on the same machine alone can reach\.$/,
    ],
    'before anybody came to a loopback address': [
      { audience: nobody, mediaAddress: loopback },
      'Unknown/PrivateAddressOnly',
      /is a loopback address.*For other clients, run: kubectl annotate node node-1 .*=<an IP address of that machine/,
    ],
    'when nobody got to a loopback address': [
      { audience: met(0, 3), mediaAddress: loopback },
      'False/ClientsCannotConnect',
      /It is a loopback address.*For other clients, run: kubectl annotate node node-1/,
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
      { audience: nobody, mediaAddress: lan, room: clusterOnly },
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
      { audience: met(0, 3), mediaAddress: lan, room: clusterOnly },
      'False/ClientsCannotConnect',
      /another spec\.network\.media\.mode/,
    ],
    'without a pod': [{ origin: undefined }, 'Unknown/NoClientConnected', /no pod yet/],
    'before the pod has a node': [
      { origin: withoutPort(aPod('a', { status: {} })), mediaAddress: undefined },
      'Unknown/NoClientConnected',
      /no address yet/,
    ],
    'without an address of the node': [
      { mediaAddress: undefined, node: aNode([]) },
      'False/AddressUnknown',
      /neither an ExternalIP/,
    ],
    'with an annotation that is empty': [
      { mediaAddress: undefined, node: aNode([], '') },
      'False/AddressUnknown',
      /media-address, and it is empty, so.*--overwrite/,
    ],
    'with an address of the node that is none': [
      { mediaAddress: undefined, node: aNode([], 'live.example.com') },
      'False/AddressUnknown',
      /something else than IP addresses \(live\.example\.com\).*--overwrite/,
    ],
    'while a load balancer is waited for': [balancer({}), 'Unknown/NoClientConnected', /no address yet/],
    'at a load balancer with a host name alone': [
      balancer({ ingress: [{ hostname: 'lb.example.com' }] }),
      'False/AddressUnknown',
      /host name alone \(lb\.example\.com\).*kubectl -n events annotate --overwrite service keynote-origin-aaaaa liveroom/,
    ],
    'at a load balancer with an annotation that is empty': [
      balancer({ given: '' }),
      'False/AddressUnknown',
      /media-address, and it is empty, so/,
    ],
    'at a load balancer with an annotation that is no address': [
      balancer({ given: 'lb.example.com' }),
      'False/AddressUnknown',
      /something else than IP addresses \(lb\.example\.com\)/,
    ],
    'before anybody came to a private address of a load balancer': [
      { audience: nobody, mediaAddress: lan, room: balanced },
      'Unknown/PrivateAddressOnly',
      /If the load balancer has a public one, run: kubectl -n events annotate/,
    ],
    'when nobody got to a load balancer': [
      { audience: met(0, 3), room: balanced },
      'False/ClientsCannotConnect',
      /Have the load balancer pass UDP port 7882 on to node node-1/,
    ],
    'when nobody got to a node port': [
      { audience: met(0, 3), mediaAddress: { addresses: ['203.0.113.7'], port: 31_000 }, room: nodePort },
      'False/ClientsCannotConnect',
      /Let UDP port 31000 through to node node-1/,
    ],
    'while a Service for its node port is being made': [
      { mediaAddress: undefined, room: nodePort },
      'False/AddressUnknown',
      /Service events\/keynote-origin-aaaaa, by whose node port clients come, is about to be made\.$/,
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
