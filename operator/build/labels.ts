import { appName, fieldManager, group, label } from '#crds/contract.ts';
import { apiVersion, kind, type LiveRoom } from '#crds/liveroom.ts';
import type { ObjectMeta, OwnerReference } from '../kube.ts';

/** What an object is for, as `app.kubernetes.io/component`. */
export type Component = 'origin' | 'room' | 'media' | 'metrics';

/** On everything of ours. */
const ours = {
  [label.name]: appName.sfu,
  [label.managedBy]: fieldManager,
  [label.partOf]: 'liveroom',
} as const;

export const roomLabels = (room: LiveRoom, component: Component): Readonly<Record<string, string>> => ({
  ...ours,
  [label.instance]: room.metadata.name,
  [label.component]: component,
  [label.room]: room.metadata.name,
});

/** Which pods take the room's clients: as few labels as tell them apart, since each is for ever. */
export const originSelector = (room: LiveRoom) => ({
  [label.name]: appName.sfu,
  [label.component]: 'origin' satisfies Component,
  [label.room]: room.metadata.name,
});

export const namespaceLabels: Readonly<Record<string, string>> = { ...ours, [label.component]: 'metrics' };

/** Selects what the operator made; its caches hold nothing else. */
export const ownSelector = `${label.managedBy}=${fieldManager}`;

/** Whether we made an object that no room owns. */
export const isOurs = (object: { readonly metadata: ObjectMeta }): boolean =>
  object.metadata.labels?.[label.managedBy] === fieldManager;

/** Garbage collection deletes what the room owns when the room is gone. */
export const ownerReference = ({ metadata: { name, uid } }: LiveRoom): OwnerReference => ({
  apiVersion: `${group}/${apiVersion}`,
  kind,
  name,
  uid,
  controller: true,
  blockOwnerDeletion: true,
});

/** Metadata of an object that a room owns. */
export const roomMeta = (room: LiveRoom, name: string, component: Component = 'room') => ({
  name,
  namespace: room.metadata.namespace,
  labels: roomLabels(room, component),
  ownerReferences: [ownerReference(room)],
});
