import { label, port, portName } from '#crds/contract.ts';
import type { LiveRoom } from '#crds/liveroom.ts';
import type { KubeObject, Service } from '../kube.ts';
import { type Component, roomMeta } from './labels.ts';

const component = 'media' satisfies Component;

/** Whether clients come to the room's pods by Services, of which each pod has one. */
export const usesMediaServices = ({ spec }: LiveRoom): boolean =>
  spec.network.media.mode === 'LoadBalancer' || spec.network.media.mode === 'NodePort';

/**
 * Leads media to one pod, whose name it has: all packets of a client have to reach the pod that it has signalled with.
 * They reach it before it is ready, as it is not while it waits for this very address, and while it drains. A load
 * balancer's class cannot change, nor be given later: `existing` keeps its own, and the room's is for those to come.
 */
export function mediaService(room: LiveRoom, podName: string, existing?: Service) {
  const { mode, serviceAnnotations } = room.spec.network.media;
  const { loadBalancerClass } = existing?.spec ?? room.spec.network.media;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      ...roomMeta(room, podName, component),
      ...(serviceAnnotations && { annotations: serviceAnnotations }),
    },
    spec: {
      type: mode,
      ...(mode === 'LoadBalancer' && loadBalancerClass && { loadBalancerClass }),
      selector: { [label.pod]: podName },
      ports: [{ name: portName.media, port: port.media, targetPort: portName.media, protocol: 'UDP' }],
      // At the pod's own node alone, and with the client's address.
      externalTrafficPolicy: 'Local',
      publishNotReadyAddresses: true,
      ipFamilyPolicy: 'PreferDualStack',
    },
  } as const;
}

/** Whether it is one of those. */
export const isMediaService = ({ kind, metadata: { labels } }: KubeObject): boolean =>
  kind === 'Service' && labels?.[label.component] === component;
