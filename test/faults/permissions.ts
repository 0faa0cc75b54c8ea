import { setTimeout as sleep } from 'node:timers/promises';
import { namespaceObject } from '#crds/contract.ts';
import { beginOperator } from '#test/harness/operator.ts';
import { door } from './door.ts';
import type { Fate } from './fault.ts';
import { account, type Grant, grantsOf, installedRules, nameOfGrant, rights } from './role.ts';
import type { Stage } from './stage.ts';
import { type Condition, nameOfTeller, neverAsked, type Teller, tellerOf } from './tellers.ts';

export interface Told {
  readonly grant: Grant;
  readonly teller: Teller;
  /** What the teller says; undefined if it does not. */
  readonly message: string | undefined;
}

/** Each pod has a Service, which goes with it. */
const media = { mode: 'NodePort' };

/** What a room goes through until the permission is missed, before it is deleted; long enough that each verb is needed. */
const lives: readonly object[] = [
  {
    play: { auth: { mode: 'None' } },
    network: { media, http: { host: 'live.example.com' } },
    drain: { eviction: 'Never' },
  },
  {
    pod: { image: 'liveroom.dev/sfu:next' },
    network: { media, http: { host: 'live.example.com', gatewayRef: { name: 'gate' } } },
    monitoring: { serviceMonitor: 'Disabled' },
  },
  { network: { media }, monitoring: { serviceMonitor: 'Disabled', prometheusRule: 'Disabled' } },
];

/** How long a step may take until the permission is missed in it; a kind that comes and goes is waited for in vain for 5 s. */
const patienceMs = (verb: string) => (verb === 'list' ? 15_000 : 10_000);

/** And until the last of them is told of by the room. */
const mostMs = 30_000;

/** An object is read only if it was made and the answer lost, and the watch has not shown it yet. */
function oneLostAnswer(namespace: string, resource: string): Fate {
  let isLost = false;
  return ({ method, path, isWatch }) => {
    const isOfAll = path.endsWith(`/${resource}`);
    if (isWatch) return isOfAll ? { kind: 'Stalled', forMs: 60_000 } : undefined;
    const isMaking = (method === 'POST' && isOfAll) || (method === 'PATCH' && path.includes(`/${resource}/`));
    // A namespace's Service is told of otherwise than a room's.
    const isOther = !path.includes(`/namespaces/${namespace}/`) || path.endsWith(`/services/${namespaceObject}`);
    if (isLost || !isMaking || isOther) return undefined;
    isLost = true;
    return { kind: 'ResetAfter', breaks: 'Stream' };
  };
}

export interface PermissionsOptions {
  readonly say?: (text: string) => void;
  /** Which of them; all by default. */
  readonly choose?: (grants: readonly Grant[]) => readonly Grant[];
}

/** Withholds each permission of the installed role in turn, and looks whether who is to tell of it does. */
export async function permissions(
  on: Stage,
  { say = () => undefined, choose = (all) => all }: PermissionsOptions = {},
): Promise<readonly Told[]> {
  const grants = grantsOf(await installedRules()).filter(({ resource }) => resource !== neverAsked);
  const can = await rights(on.client, grants);
  const told: Told[] = [];
  for (const [index, grant] of choose(grants).entries()) {
    const namespace = `rights-${index}`;
    await on.namespace(namespace);
    await can.withhold(grant);
    const teller = tellerOf(grant);
    const message = await missed(on, namespace, grant, teller);
    told.push({ grant, teller, message });
    say(`${nameOfGrant(grant)}: ${nameOfTeller(teller)}: ${message ?? 'NOT TOLD'}`);
    await can.restore();
    await on.deleteRoom(namespace, 'keynote');
  }
  return told;
}

/** Resolves to what the teller says of it, if it does. */
async function missed(on: Stage, namespace: string, grant: Grant, teller: Teller): Promise<string | undefined> {
  const lines: string[] = [];
  const fate = grant.verb === 'get' && oneLostAnswer(namespace, grant.resource);
  const way = await door({ server: on.server, as: account, ...(fate && { fate }) });
  const operator = await beginOperator({
    kubeconfigFile: way.config,
    stats: on.stats,
    log: (line) => lines.push(line),
    refusedForMs: 1_000,
  });
  const isByLog = typeof teller === 'string';
  const look = () => (isByLog ? logged(lines, namespace, grant) : said(on, namespace, grant, teller));
  try {
    for (const spec of lives) {
      await on.room(namespace, 'keynote', spec);
      const seen = await within(patienceMs(grant.verb), look);
      if (seen !== undefined) return seen;
    }
    if (isByLog) await on.deleteRoom(namespace, 'keynote');
    const last = await within(isByLog ? patienceMs(grant.verb) : mostMs, look);
    return last ?? (teller === 'log, or nobody' && !isAnythingLeft(on, namespace) ? 'nothing is left over' : undefined);
  } finally {
    await way.stop();
    await operator.stop();
  }
}

async function within(ms: number, look: () => string | undefined): Promise<string | undefined> {
  for (const endsAt = performance.now() + ms; ; await sleep(20)) {
    const seen = look();
    if (seen !== undefined || performance.now() > endsAt) return seen;
  }
}

function said({ seen }: Stage, namespace: string, grant: Grant, { type, reason, words }: Condition) {
  const room = seen.rooms().find(({ metadata }) => metadata.namespace === namespace);
  const condition = room?.status?.conditions?.find((one) => one.type === type && one.reason === reason);
  return condition?.message.includes(words ?? phrase(grant)) ? condition.message : undefined;
}

/** What the log says of this namespace, or of the cluster: rooms of those before may still have something to say. */
const logged = (lines: readonly string[], namespace: string, grant: Grant): string | undefined =>
  lines
    .map((line) => line.replaceAll('\\"', '"'))
    .filter((line) => line.includes('at the cluster scope') || line.includes(`in the namespace "${namespace}"`))
    .find((line) => line.includes(phrase(grant)));

const isAnythingLeft = ({ seen }: Stage, namespace: string): boolean =>
  [...seen.pods(), ...seen.secrets(), ...seen.objects()].some(({ metadata }) => metadata.namespace === namespace);

/** As the API server words it. */
const phrase = ({ group, resource, verb }: Grant): string =>
  `cannot ${verb} resource "${resource}" in API group "${group}"`;
