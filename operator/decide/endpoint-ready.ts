import { aliasPath } from '#crds/contract.ts';
import type { LiveRoom } from '#crds/liveroom.ts';
import { type HTTPRoute, type Ingress, isReady } from '../kube.ts';
import { type Finding, no, type Verdict, yes } from './finding.ts';
import { waitingForLoadBalancer } from './media-service.ts';
import type { Seen } from './seen.ts';
import { unseenVerdict } from './unseen.ts';

/** What leads a host name to the room's Service. */
export interface EndpointSeen {
  /** What the room asks for. */
  readonly by: 'Ingress' | 'HTTPRoute' | 'Nothing';
  /** It says how, and nobody says for which host. */
  readonly lacksHost: boolean;
  /** The object as it is; undefined while there is none. */
  readonly route: Ingress | HTTPRoute | undefined;
  /** Whether the cluster has the Gateway API. */
  readonly servesHTTPRoutes: boolean;
  /** What keeps it from being made, or is wrong with its certificate. */
  readonly problem: Finding<'EndpointReady'> | undefined;
}

type Check = (seen: Seen) => Finding<'EndpointReady'> | undefined;

/** What a person has to put right. */
const faults: readonly Check[] = [hostMissing, gatewaysMissing, ({ endpoint }) => endpoint.problem];
/** What passes by itself. */
const waits: readonly Check[] = [noReadyPod, waitingForIngress];

/** Whether the URLs lead to a ready pod; that the Service exists is part of Accepted. */
export function endpointReady(seen: Seen): Verdict<'EndpointReady'> {
  const first = (checks: readonly Check[]) => checks.map((check) => check(seen)).find((found) => found !== undefined);
  const fault = first(faults);
  if (fault !== undefined) return no(fault.reason, fault.message);
  const hidden = unseenVerdict('EndpointReady', seen.unseen, (kind) => kind === 'Pod' || kind === seen.endpoint.by);
  if (hidden !== undefined) return hidden;
  const wait = first(waits);
  if (wait !== undefined) return no(wait.reason, wait.message);
  return yes('EndpointReady', `The URLs lead to pod ${seen.origin?.metadata.name}.${idleAliases(seen)}`);
}

/** They are in nobody's way, so the room is ready all the same. */
function idleAliases({ endpoint: { by }, room: { metadata, spec } }: Seen): string {
  if (by !== 'Nothing' || spec.network.http?.aliases !== 'LiveWebRTCGo') return '';
  const { name } = metadata;
  return ` spec.network.http.aliases leads nobody anywhere, as no host is named: name one in spec.network.http.host, or with routing of your own route ${aliasPath.whip(name)} and ${aliasPath.whep(name)} to Service ${name}.`;
}

function hostMissing({ endpoint }: Seen): ReturnType<Check> {
  if (!endpoint.lacksHost) return undefined;
  return {
    reason: 'HostMissing',
    message:
      "spec.network.http says how the room is reached and not at which host. Name one in its host, or in defaults.network.http of the operator's configuration.",
  };
}

function gatewaysMissing({ endpoint: { by, servesHTTPRoutes } }: Seen): ReturnType<Check> {
  if (by !== 'HTTPRoute' || servesHTTPRoutes) return undefined;
  return {
    reason: 'GatewayAPINotInstalled',
    message:
      'spec.network.http.gatewayRef wants an HTTPRoute, and the cluster has no such kind (gateway.networking.k8s.io/v1). Install the Gateway API; the HTTPRoute follows by itself.',
  };
}

function noReadyPod(seen: Seen): ReturnType<Check> {
  const { origin } = seen;
  if (origin !== undefined && isReady(origin)) return undefined;
  const waiting = origin && waitingForLoadBalancer(origin, seen);
  if (waiting !== undefined) return waiting;
  return { reason: 'NoReadyPod', message: 'No pod is ready, so the URLs answer nobody.' };
}

function waitingForIngress({ endpoint: { by, route }, room }: Seen): ReturnType<Check> {
  if (by === 'Nothing') return undefined;
  const message =
    route === undefined
      ? `The ${by} is about to be made.`
      : route.kind === 'Ingress'
        ? withoutAddress(route)
        : refusedRoute(route, room);
  return message === undefined ? undefined : { reason: 'WaitingForIngress', message };
}

/** Whoever serves an Ingress writes down where it is reached. */
function withoutAddress({ metadata: { namespace, name }, spec, status }: Ingress): string | undefined {
  if ((status?.loadBalancer?.ingress ?? []).length > 0) return undefined;
  const { ingressClassName } = spec ?? {};
  const which = ingressClassName === undefined ? "the cluster's default class, if there is one" : ingressClassName;
  return `Ingress ${namespace}/${name} has no address yet: the controller of its class (${which}) has not taken it up, or waits for a load balancer.`;
}

function refusedRoute({ metadata, status }: HTTPRoute, room: LiveRoom): string | undefined {
  const { name, namespace = metadata.namespace } = room.spec.network.http?.gatewayRef ?? { name: '' };
  const gateway = `Gateway ${namespace}/${name}`;
  const route = `HTTPRoute ${metadata.namespace}/${metadata.name}`;
  const parents = (status?.parents ?? []).filter(
    ({ parentRef }) => parentRef.name === name && (parentRef.namespace ?? metadata.namespace) === namespace,
  );
  const conditions = parents.flatMap((parent) => parent.conditions ?? []);
  if (!conditions.some(({ type }) => type === 'Accepted'))
    return `No controller has looked at ${route} for ${gateway} yet: there is no such Gateway, or nobody serves its class.`;
  const failing = conditions.find(
    ({ type, status: is }) => ['Accepted', 'ResolvedRefs'].includes(type) && is !== 'True',
  );
  if (failing === undefined) return undefined;
  const { reason = failing.type, message = '' } = failing;
  return `${gateway} does not take ${route}: ${[reason, message].filter(Boolean).join(': ').replace(/\.*$/, '.')}`;
}
