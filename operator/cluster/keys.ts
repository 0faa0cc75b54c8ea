import { appName, label } from '#crds/contract.ts';
import type { LiveRoom } from '#crds/liveroom.ts';
import type { KubeObject } from '../kube.ts';

/** What can be worked on: a room, what a namespace has once, or what the operator has for itself. */

/** A room's key is `namespace/name`. */
export const roomKey = ({ metadata: { namespace, name } }: LiveRoom): string => `${namespace}/${name}`;

/** The key of what the operator has for itself. No namespace is called so. */
export const ownKey = '';

/** Id of the operator that looks after a room; empty: the one without an id. */
export const operatorOf = ({ metadata: { labels } }: LiveRoom): string => labels?.[label.operator] ?? '';

/** The key that an object of ours belongs to: its room's, its namespace, or the operator's own. */
export function keyOfOwned({ metadata: { namespace = '', labels } }: KubeObject): string {
  if (labels?.[label.name] === appName.operator) return ownKey;
  const room = labels?.[label.room];
  return room === undefined ? namespace : `${namespace}/${room}`;
}
