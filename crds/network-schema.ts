import { iceServers } from './ice-servers-schema.ts';
import type { Schema } from './static.ts';
import { words } from './words-schema.ts';

const dnsName = '[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*';

const objectName = (description: string) =>
  ({ type: 'string', description, minLength: 1, maxLength: 253, pattern: `^${dnsName}$` }) as const satisfies Schema;

const media = {
  type: 'object',
  description: 'How the media port, one UDP port for all clients, is reached.',
  default: {},
  properties: {
    mode: {
      type: 'string',
      enum: ['HostPort', 'ClusterOnly', 'LoadBalancer', 'NodePort'],
      default: 'HostPort',
      description:
        "HostPort: by a port of the pod's node. ClusterOnly: by the pod's own address. LoadBalancer, NodePort: by a Service for each pod. Immutable.",
      'x-kubernetes-validations': [
        { rule: 'self == oldSelf', message: 'is immutable: delete the room and make it anew' },
      ],
    },
    loadBalancerClass: {
      type: 'string',
      description:
        "Whose load balancers, with mode LoadBalancer; the cluster's default ones unless given. A change replaces the pods, when update.policy says so.",
      minLength: 1,
      maxLength: 317,
      pattern: `^(${dnsName}/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$`,
    },
    serviceAnnotations: words(
      'Annotations for the Service of each pod, with mode LoadBalancer or NodePort: what a cloud wants to know.',
      4096,
    ),
  },
  'x-kubernetes-validations': [
    {
      rule: "self.mode == 'LoadBalancer' || !has(self.loadBalancerClass)",
      message: 'loadBalancerClass goes with mode LoadBalancer only',
      fieldPath: '.loadBalancerClass',
    },
    {
      rule: "self.mode in ['LoadBalancer', 'NodePort'] || !has(self.serviceAnnotations)",
      message: 'serviceAnnotations goes with modes LoadBalancer and NodePort only',
      fieldPath: '.serviceAnnotations',
    },
  ],
} as const satisfies Schema;

const gatewayRef = {
  type: 'object',
  description: 'The Gateway that an HTTPRoute is attached to. Its listeners have the certificates.',
  required: ['name'],
  properties: {
    name: objectName('Name of the Gateway.'),
    namespace: {
      type: 'string',
      description: "Namespace of the Gateway; the room's own unless given.",
      minLength: 1,
      maxLength: 63,
      pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
    },
    sectionName: objectName('The listener; all that take the host unless given.'),
    protocol: {
      type: 'string',
      enum: ['HTTPS', 'HTTP'],
      default: 'HTTPS',
      clusterMayDefault: true,
      description: 'What that listener speaks; the URLs in the status begin with it. The operator reads no Gateways.',
    },
  },
} as const satisfies Schema;

const http = {
  type: 'object',
  description:
    "A host name of clusters' routing that leads to the room, for signalling and pages, at `/<namespace>/<room>/`. What is left out is as in the operator's configuration.",
  alternatives: [['gatewayRef'], ['ingressClassName', 'tlsSecretRef']],
  properties: {
    host: {
      type: 'string',
      description:
        "The host name. It makes an Ingress, or with gatewayRef an HTTPRoute; empty, neither is made, whatever the operator's configuration says.",
      maxLength: 253,
      pattern: `^(${dnsName})?$`,
      'x-kubernetes-validations': [
        { rule: "!self.matches('^[0-9.]+$')", message: 'must be a host name and no IP address' },
      ],
    },
    tlsSecretRef: {
      type: 'object',
      description:
        "The certificate for the host, for an Ingress: a Secret of the room's namespace, of type kubernetes.io/tls.",
      required: ['name'],
      properties: { name: objectName('Name of the Secret.') },
    },
    ingressClassName: objectName("Class of the Ingress; the cluster's default class unless given."),
    gatewayRef,
    aliases: {
      type: 'string',
      enum: ['None', 'LiveWebRTCGo'],
      description:
        'Other paths of the host that lead to the room. LiveWebRTCGo: `/api/whip/publish/<room>` and `/api/whep/play/<room>`, for clients of live-webrtc-go; of rooms of one name, the oldest has them. None unless given.',
    },
  },
  'x-kubernetes-validations': [
    {
      rule: '!has(self.gatewayRef) || !has(self.ingressClassName)',
      message: 'gatewayRef and ingressClassName exclude each other',
      fieldPath: '.gatewayRef',
    },
    {
      rule: '!has(self.gatewayRef) || !has(self.tlsSecretRef)',
      message: "tlsSecretRef is for an Ingress; a Gateway's listeners have the certificates",
      fieldPath: '.tlsSecretRef',
    },
  ],
} as const satisfies Schema;

export const network = {
  type: 'object',
  description: 'How clients reach the room.',
  default: {},
  properties: { media, http, iceServers },
} as const satisfies Schema;
