import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { endpoints, mediaAddress, spoken } from '#operator/decide/media-address.ts';
import { isPrivate } from '#operator/ip-address.ts';
import type { Node, Pod, Service } from '#operator/kube.ts';
import { aMediaService, aNode, aPod, withoutPort } from '../objects.ts';

const podAt = (...ips: string[]): Pod => {
  const pod = aPod('a');
  const [podIP] = ips;
  return { ...pod, status: podIP === undefined ? {} : { podIP, podIPs: ips.map((ip) => ({ ip })) } };
};

const internal4 = ['InternalIP', '10.0.0.1'] as const;
const external4 = ['ExternalIP', '203.0.113.7'] as const;
const internal6 = ['InternalIP', '2001:db8::1'] as const;
const hostname = ['Hostname', 'n'] as const;

describe('the media address of a pod with a host port', () => {
  const table: Readonly<Record<string, readonly [readonly string[], Node | undefined, readonly string[] | undefined]>> =
    {
      "is its node's ExternalIP": [['10.244.1.5'], aNode([internal4, external4]), ['203.0.113.7']],
      'is its InternalIP where there is no other': [['10.244.1.5'], aNode([hostname, internal4]), ['10.0.0.1']],
      'is unknown while the node is': [['10.244.1.5'], undefined, undefined],
      'is unknown where the node tells none': [['10.244.1.5'], aNode([hostname]), undefined],
      'is one of each family that the pod has, in its order': [
        ['fd00::5', '10.244.1.5'],
        aNode([internal4, internal6, external4]),
        ['2001:db8::1', '203.0.113.7'],
      ],
      'is none of a family that the pod has not': [['10.244.1.5'], aNode([internal6, internal4]), ['10.0.0.1']],
      'is unknown where all are of another': [['fd00::5'], aNode([internal4]), undefined],
      "is of the node's first family until the pod has its own": [[], aNode([internal4, internal6]), ['10.0.0.1']],
      'is what somebody says of the node': [
        ['10.244.1.5'],
        aNode([external4], '198.51.100.9, 2001:db8::9'),
        ['198.51.100.9', '2001:db8::9'],
      ],
      'is unknown where that is no address': [['10.244.1.5'], aNode([external4], 'live.example.com'), undefined],
      'is unknown where that is empty': [['10.244.1.5'], aNode([external4], ''), undefined],
    };
  for (const [name, [ips, at, addresses]] of Object.entries(table))
    test(name, () =>
      assert.deepEqual(
        mediaAddress('HostPort', { pod: podAt(...ips), node: at }),
        addresses && { addresses, port: 7000 },
      ),
    );
});

test("the media address of a pod that is reached from inside the cluster is the pod's own", () => {
  const inside = (pod: Pod) => mediaAddress('ClusterOnly', { pod: withoutPort(pod), node: undefined });
  assert.deepEqual(inside(podAt('10.244.1.5', 'fd00::5')), { addresses: ['10.244.1.5', 'fd00::5'], port: 7882 });
  assert.deepEqual(inside(aPod('a')), { addresses: ['10.244.1.5'], port: 7882 });
  assert.equal(inside(podAt()), undefined);
});

test("the media address of a pod with a node port is its node's, at the port of its Service", () => {
  const pod = podAt('10.244.1.5');
  const at = (node: Node | undefined, service: Service | undefined) => mediaAddress('NodePort', { pod, node, service });
  const service = aMediaService('a', { nodePort: 31_000 });
  assert.deepEqual(at(aNode([internal4, external4]), service), { addresses: ['203.0.113.7'], port: 31_000 });
  assert.deepEqual(at(aNode([internal4], '198.51.100.9'), service), { addresses: ['198.51.100.9'], port: 31_000 });
  assert.equal(at(undefined, service), undefined);
  assert.equal(at(aNode([internal4]), undefined), undefined);
});

describe('the media address of a pod with a load balancer', () => {
  const table: Readonly<Record<string, readonly [Service | undefined, readonly string[] | undefined]>> = {
    'is unknown while its Service is': [undefined, undefined],
    'is unknown while that has none': [aMediaService('a'), undefined],
    'is what that tells, of both families': [
      aMediaService('a', { ingress: [{ ip: '203.0.113.9' }, { ip: '2001:db8::9' }] }),
      ['203.0.113.9', '2001:db8::9'],
    ],
    'is unknown where that tells a host name': [
      aMediaService('a', { ingress: [{ hostname: 'lb.example.com' }] }),
      undefined,
    ],
    'is what somebody says of it, before all else': [
      aMediaService('a', { ingress: [{ ip: '10.0.0.9' }], given: '198.51.100.9,2001:db8::9' }),
      ['198.51.100.9', '2001:db8::9'],
    ],
    'is unknown where that is no address': [
      aMediaService('a', { ingress: [{ ip: '10.0.0.9' }], given: 'lb.example.com' }),
      undefined,
    ],
  };
  for (const [name, [service, addresses]] of Object.entries(table))
    test(name, () =>
      assert.deepEqual(
        mediaAddress('LoadBalancer', { pod: aPod('a'), node: aNode([external4]), service }),
        addresses && { addresses, port: 7882 },
      ),
    );
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
