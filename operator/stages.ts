import type { KubeObject } from './kube.ts';

/** How far an operator is. One that does not lead yet knows all that the leader does, and keeps it up to date. */
export function stages(
  listed: Promise<unknown>,
  lead: Promise<KubeObject> | Promise<void> | undefined,
  begin: (lease: KubeObject | undefined) => void,
) {
  let isReady = false;
  let isLeading = false;
  let hasBegun = false;
  const synced = listed.then(() => {
    isReady = true;
  });
  const leading = Promise.resolve(lead).then(() => {
    isLeading = true;
  });
  const acting = Promise.all([lead, synced]).then(([lease]) => {
    hasBegun = true;
    begin(lease ?? undefined);
  });
  return {
    /** It has seen all there is. */
    synced,
    /** It leads, and has begun to work on all that. */
    acting,
    /** Nobody else acts, whether or not it does yet. */
    leading,
    isLeading: () => isLeading,
    isReady: () => isReady,
    hasBegun: () => hasBegun,
  };
}
