import { group } from '#crds/contract.ts';
import { apiVersion, kind } from '#crds/liveroom.ts';

/** A LiveRoom as a user writes it. */
export const aRoom = (name: string, spec: object = {}, namespace = 'default') => ({
  apiVersion: `${group}/${apiVersion}`,
  kind,
  metadata: { name, namespace },
  spec,
});
