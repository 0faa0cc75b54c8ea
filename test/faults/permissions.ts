import { setTimeout as sleep } from 'node:timers/promises';
import type { ConditionType, LiveRoom } from '#crds/liveroom.ts';
import { beginOperator } from '#test/harness/operator.ts';
import { door } from './door.ts';
import type { Fate } from './fault.ts';
import { account, type Grant, grantsOf, installedRules, nameOfGrant, rights } from './role.ts';
import type { Stage } from './stage.ts';

/** Where a missing permission is told: by a condition of the room, or, where it is about no room, by the log. */
export type Teller = ConditionType | 'log' | typeof notMissed;

/** What may not be deleted was: the garbage collector was faster. */
const notMissed = 'nobody, as nothing is left over';

export interface Told {
  readonly grant: Grant;
  readonly by: Teller | undefined;
  readonly reason?: string;
  readonly message: string;
}

/** What a room goes through until the permission is missed; long enough that each verb is needed. */
const lives: readonly ((on: Stage, namespace: string) => Promise<unknown>)[] = [
  (on, at) =>
    on.room(at, 'keynote', {
      play: { auth: { mode: 'None' } },
      network: { http: { host: 'live.example.com' } },
      drain: { eviction: 'Never' },
    }),
  (on, at) =>
    on.room(at, 'keynote', {
      pod: { image: 'liveroom.dev/sfu:next' },
      network: { http: { host: 'live.example.com', gatewayRef: { name: 'gate' } } },
      monitoring: { serviceMonitor: 'Disabled' },
    }),
  (on, at) => on.room(at, 'keynote', { monitoring: { serviceMonitor: 'Disabled', prometheusRule: 'Disabled' } }),
  (on, at) => on.deleteRoom(at, 'keynote'),
];

/** How long a step may take until the permission is missed in it. */
const patienceMs = 4_000;

/** Asked only by OwnerReferencesPermissionEnforcement, which the API server of the tests does not run. */
const neverAsked = 'liverooms/finalizers';

/** An object is read only if it was made and the answer lost, and the watch has not shown it yet. */
function oneLostAnswer(resource: string): Fate {
  let isLost = false;
  return ({ method, path, isWatch }) => {
    const isOfAll = path.endsWith(`/${resource}`);
    if (isWatch) return isOfAll ? { kind: 'Stalled', forMs: 60_000 } : undefined;
    const isMaking = (method === 'POST' && isOfAll) || (method === 'PATCH' && path.includes(`/${resource}/`));
    if (isLost || !isMaking) return undefined;
    isLost = true;
    return { kind: 'ResetAfter', breaks: 'Stream' };
  };
}

export interface PermissionsOptions {
  readonly say?: (text: string) => void;
  /** Which of them; all by default. */
  readonly choose?: (grants: readonly Grant[]) => readonly Grant[];
}

/** Withholds each permission of the installed role in turn, and looks who tells of it. */
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
    const one = await missed(on, namespace, grant);
    told.push(one);
    say(`${nameOfGrant(grant)}: ${one.by ?? 'NOBODY'} ${one.reason ?? ''} ${one.message}`);
    await can.restore();
    await on.deleteRoom(namespace, 'keynote');
  }
  return told;
}

async function missed(on: Stage, namespace: string, grant: Grant): Promise<Told> {
  const lines: string[] = [];
  const fate = grant.verb === 'get' && oneLostAnswer(grant.resource);
  const way = await door({ server: on.server, as: account, ...(fate && { fate }) });
  const operator = await beginOperator({
    kubeconfigFile: way.config,
    stats: on.stats,
    log: (line) => lines.push(line),
  });
  const sentence = phrase(grant);
  const look = (): Told | undefined => {
    const room = on.seen.rooms().find(({ metadata }) => metadata.namespace === namespace);
    const found = conditionsOf(room).find(({ message }) => message.includes(sentence));
    if (found !== undefined)
      return { grant, by: found.type as ConditionType, reason: found.reason, message: found.message };
    const line = lines.find((text) => text.replaceAll('\\"', '"').includes(sentence));
    return line === undefined ? undefined : { grant, by: 'log', message: line };
  };
  try {
    for (const step of lives) {
      await step(on, namespace);
      for (const endsAt = performance.now() + patienceMs; performance.now() < endsAt; await sleep(20)) {
        const seen = look();
        // The log may tell of it first.
        if (seen !== undefined && (seen.by !== 'log' || performance.now() > endsAt - patienceMs + 1_000)) return seen;
      }
    }
    const isMissed = grant.verb !== 'delete' || isAnythingLeft(on, namespace);
    return look() ?? { grant, by: isMissed ? undefined : notMissed, message: '' };
  } finally {
    await way.stop();
    await operator.stop();
  }
}

const isAnythingLeft = ({ seen }: Stage, namespace: string): boolean =>
  [...seen.pods(), ...seen.secrets(), ...seen.objects()].some(({ metadata }) => metadata.namespace === namespace);

const conditionsOf = (room: LiveRoom | undefined) => room?.status?.conditions ?? [];

/** As the API server words it. */
const phrase = ({ group, resource, verb }: Grant): string =>
  `cannot ${verb} resource "${resource}" in API group "${group}"`;
