import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { stringify } from 'yaml';
import type { LiveRoomSpec } from '#crds/liveroom.ts';
import { desiredRoute } from '#operator/build/desired.ts';
import { urls } from '#operator/build/urls.ts';
import { type EndpointSeen, endpointReady } from '#operator/decide/endpoint-ready.ts';
import type { KubeObject } from '#operator/kube.ts';
import { aPod, config, seenRoom, storedRoom } from '../objects.ts';

type Http = NonNullable<LiveRoomSpec['network']['http']>;

const roomAt = (http: Http) => storedRoom({ network: { media: { mode: 'HostPort' }, http } });
const host = 'live.example.org';
const gatewayRef = { name: 'public', namespace: 'infra', sectionName: 'https', protocol: 'HTTPS' } as const;

const routed: Readonly<Record<string, Http>> = {
  ingress: { host },
  'ingress-tls': { host, ingressClassName: 'nginx', tlsSecretRef: { name: 'live-tls' } },
  'http-route': { host, gatewayRef },
  'ingress-aliases': { host, aliases: 'LiveWebRTCGo' },
  'http-route-aliases': { host, gatewayRef, aliases: 'LiveWebRTCGo' },
};
for (const [name, http] of Object.entries(routed))
  test(`what leads a host name to a room: ${name}`, (t) => {
    const asYaml = (objects: unknown) => (objects as unknown[]).map((object) => stringify(object)).join('---\n');
    const routes = desiredRoute(roomAt(http), true);
    const golden = join(import.meta.dirname, `../../golden/route-${name}.yaml`);
    t.assert.fileSnapshot(routes, golden, { serializers: [asYaml] });
  });

const kinds = (http: Http, served = true) => desiredRoute(roomAt(http), served).map(({ kind }: KubeObject) => kind);

test('without a host there is nothing to lead anywhere, nor with an empty one', () => {
  assert.deepEqual(kinds({ ingressClassName: 'nginx' }), []);
  assert.deepEqual(kinds({ host: '', gatewayRef }), []);
});

test('without the Gateway API an HTTPRoute is not wanted', () => {
  assert.deepEqual(kinds({ host, gatewayRef }, false), []);
});

const inside = { ...config };
delete (inside as { publicURL?: string }).publicURL;
const addresses: Readonly<Record<string, readonly [Http, string | undefined, string]>> = {
  'an Ingress without a certificate': [{ host }, undefined, 'http://live.example.org'],
  'an Ingress with one': [{ host, tlsSecretRef: { name: 'a' } }, undefined, 'https://live.example.org'],
  'a Gateway': [{ host, gatewayRef }, undefined, 'https://live.example.org'],
  'a Gateway without TLS': [
    { host, gatewayRef: { name: 'a', protocol: 'HTTP' } },
    undefined,
    'http://live.example.org',
  ],
  'a host other than the public URL': [{ host }, 'https://other.example.org', 'http://live.example.org'],
  'the host of the public URL': [{ host }, 'https://live.example.org:8443', 'https://live.example.org:8443'],
  'an empty host': [{ host: '' }, 'https://other.example.org', 'https://other.example.org'],
};
for (const [what, [http, publicURL, base]] of Object.entries(addresses))
  test(`the URLs of ${what} begin with ${base}`, () => {
    const told = urls(roomAt(http), { ...inside, ...(publicURL && { publicURL }) });
    assert.equal(told.whepURL, `${base}/events/keynote/whep`);
  });

describe('EndpointReady', () => {
  const meta = { name: 'keynote', namespace: 'events' };
  const ingress = (...addresses: object[]) =>
    ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: meta,
      spec: { ingressClassName: 'nginx' },
      status: { loadBalancer: { ingress: addresses } },
    }) as const;
  const httpRoute = (...conditions: { type: string; status: string; reason?: string; message?: string }[]) =>
    ({
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: meta,
      status: { parents: conditions.length === 0 ? [] : [{ parentRef: gatewayRef, conditions }] },
    }) as const;
  const accepted = { type: 'Accepted', status: 'True' };

  const verdict = (http: Http, endpoint: Partial<EndpointSeen>, origin = aPod('keynote-origin-aaaaa')) => {
    const seen = {
      by: 'Nothing',
      lacksHost: false,
      route: undefined,
      servesHTTPRoutes: true,
      problem: undefined,
    } as const;
    const { status, reason, message } = endpointReady(
      seenRoom({ room: roomAt(http), origin, endpoint: { ...seen, ...endpoint } }),
    );
    return `${status}/${reason}: ${message}`;
  };
  const byIngress = (endpoint: Partial<EndpointSeen>) => verdict({ host }, { by: 'Ingress', ...endpoint });
  const byRoute = (endpoint: Partial<EndpointSeen>) => verdict({ host, gatewayRef }, { by: 'HTTPRoute', ...endpoint });

  const cases: Readonly<Record<string, readonly [string, RegExp]>> = {
    'an Ingress that is served': [byIngress({ route: ingress({ ip: '192.0.2.1' }) }), /^True\/EndpointReady: .*aaaaa/],
    'an Ingress that nobody serves': [
      byIngress({ route: ingress() }),
      /^False\/WaitingForIngress: Ingress events\/keynote has no address yet: .*class \(nginx\)/,
    ],
    'an Ingress that is being made': [byIngress({}), /^False\/WaitingForIngress: The Ingress is about to be made/],
    'a certificate that is missing': [
      byIngress({ route: ingress(), problem: { reason: 'TLSSecretMissing', message: 'There is no Secret.' } }),
      /^False\/TLSSecretMissing: There is no Secret/,
    ],
    'a Gateway that takes the route': [
      byRoute({ route: httpRoute(accepted, { type: 'ResolvedRefs', status: 'True' }) }),
      /^True\/EndpointReady/,
    ],
    'a Gateway that nobody serves': [
      byRoute({ route: httpRoute() }),
      /^False\/WaitingForIngress: No controller has looked at HTTPRoute events\/keynote for Gateway infra\/public yet/,
    ],
    'a Gateway that refuses the route': [
      byRoute({
        route: httpRoute({
          type: 'Accepted',
          status: 'False',
          reason: 'NotAllowedByListeners',
          message: 'no listener.',
        }),
      }),
      /^False\/WaitingForIngress: Gateway infra\/public does not take HTTPRoute events\/keynote: NotAllowedByListeners: no listener\.$/,
    ],
    'a Gateway that does not find the Service': [
      byRoute({ route: httpRoute(accepted, { type: 'ResolvedRefs', status: 'False', reason: 'BackendNotFound' }) }),
      /^False\/WaitingForIngress: .*: BackendNotFound\.$/,
    ],
    'no Gateway API': [
      byRoute({ servesHTTPRoutes: false }),
      /^False\/GatewayAPINotInstalled: .*Install the Gateway API/,
    ],
    'no host': [verdict({ gatewayRef }, { lacksHost: true }), /^False\/HostMissing: .*defaults\.network\.http/],
    'aliases without a host': [
      verdict({ aliases: 'LiveWebRTCGo' }, {}),
      /^True\/EndpointReady: The URLs lead to pod keynote-origin-aaaaa\. spec\.network\.http\.aliases leads nobody anywhere, as no host is named/,
    ],
    'aliases of the cluster that a room without a host has no use for': [
      verdict({ host: '', aliases: 'LiveWebRTCGo' }, {}),
      /as no host is named.*route \/api\/whip\/publish\/keynote and \/api\/whep\/play\/keynote to Service keynote\.$/,
    ],
    'no aliases, and no host': [verdict({ aliases: 'None' }, {}), /lead to pod keynote-origin-aaaaa\.$/],
    'no pod': [
      verdict({ host }, { by: 'Ingress', route: ingress() }, aPod('keynote-origin-aaaaa', { isReady: false })),
      /^False\/NoReadyPod/,
    ],
  };
  for (const [what, [said, expected]] of Object.entries(cases))
    test(`of ${what} says ${expected.source.slice(1, 40)}`, () => assert.match(said, expected));
});
