import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeClient } from '../client/client.ts';
import type { Type } from '../client/paths.ts';
import type { KindDefinitions } from './kind-definitions.ts';
import { lookout } from './lookout.ts';
import { type ServedKinds, servedKinds } from './served-kinds.ts';

export interface GroupLookoutOptions {
  readonly client: KubeClient;
  readonly group: string;
  /** The kinds of the group that matter. */
  readonly types: readonly Type[];
  readonly definitions: Pick<KindDefinitions, 'synced' | 'follow' | 'areTold' | 'isDefined' | 'isGoing'>;
  /** How often to look while nobody tells of changes. Default a minute. */
  readonly everyMs?: number | undefined;
  /** What is served now, without what is on its way out. */
  readonly onLook: (served: ServedKinds) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

/** How long definitions that do not come are waited for. */
const patienceMs = 5_000;

/**
 * Looks at which kinds of a group are served when one of its definitions changes, again until that is as the definitions
 * say, and then hardly ever:
 *
 *     definition   made ─── Established ───────────────── deleted ──► gone
 *     API server         ·       ·    serves the kind       ·  makes none of it any more
 *     we                 look    look  look   look  look    look look  look  look
 */
export function groupLookout(options: GroupLookoutOptions) {
  const { client, group, definitions, everyMs = 60_000, onLook, onError } = options;
  const types = options.types.map((type) => ({ ...type, name: `${type.apiVersion} ${type.kind}` }));
  const apiVersions = [...new Set(types.map(({ apiVersion }) => apiVersion))];
  const ask = (signal: AbortSignal) => servedKinds(client, group, apiVersions, signal)();
  let looks = 0;
  let leastLooks = 1;
  let found: Found = 'Nothing';

  async function look(signal: AbortSignal): Promise<void> {
    looks++;
    const { versions, kinds: served } = await ask(signal).catch((error) => {
      found = 'Nothing';
      throw error;
    });
    const usable = types.filter((type) => served.has(type.name) && !definitions.isGoing(type));
    const kinds = new Set(usable.map(({ name }) => name));
    found = types.every((type) => kinds.has(type.name) === definitions.isDefined(type)) ? 'AsDefined' : 'Otherwise';
    await onLook({ versions, kinds });
  }

  const out = lookout({
    look,
    begin: Promise.race([definitions.synced, sleep(patienceMs, undefined, { ref: false })]),
    nextMs: () => nextLookMs({ looks, leastLooks, found, areTold: definitions.areTold(), everyMs }),
    onError,
  });
  definitions.follow(group, () => {
    // There will be a look anyway.
    if (looks === 0) return;
    looks = 0;
    leastLooks = looksAfterChange;
    out.lookSoon();
  });
  return out;
}

/** What a look has shown, beside what is defined; nothing, if the API server did not answer. */
type Found = 'AsDefined' | 'Otherwise' | 'Nothing';

interface Looked {
  /** Since a definition has changed, or ever. */
  readonly looks: number;
  readonly leastLooks: number;
  readonly found: Found;
  readonly areTold: boolean;
  readonly everyMs: number;
}

const firstMs = 250;
/** An API server that does not answer: nobody tells when it is back. */
const awayMs = 3_000;
/** In case somebody serves a kind that nobody has defined. */
const seldomMs = 600_000;
/** What one API server answers may be a little older than what another one has told. */
const looksAfterChange = 4;

/** How long to wait with the next look. */
export function nextLookMs({ looks, leastLooks, found, areTold, everyMs }: Looked): number {
  const soon = firstMs * 2 ** (looks - 1);
  if (found === 'Nothing') return Math.min(soon, awayMs);
  const late = areTold ? seldomMs : everyMs;
  return found === 'Otherwise' || looks < leastLooks ? Math.min(soon, late) : late;
}
