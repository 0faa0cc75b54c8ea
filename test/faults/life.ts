import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { eventually } from '#test/harness/eventually.ts';
import { type RunningOperator, startOperator } from '#test/harness/operator.ts';
import { type Door, door } from './door.ts';
import type { Call } from './fault.ts';
import type { Mirror } from './mirror.ts';
import { type Place, snapshot } from './snapshot.ts';
import type { Stage } from './stage.ts';

const http = { host: 'live.example.com' };
const throughGateway = { ...http, gatewayRef: { name: 'gate' } };
const watchedAlone = { scope: 'Room' };
const play = { maxSubscribers: 7 };

/** By what clients come to a room's pods for all of its life: by ports of nodes, or by a Service for each pod. */
export const mediaModes = ['HostPort', 'NodePort'] as const;

export type MediaMode = (typeof mediaModes)[number];

/**
 * What a room goes through, as the specs that its user writes; undefined deletes it. It is made with an Ingress and with its
 * namespace's monitoring objects; edited, it has an HTTPRoute and monitoring objects of its own in their place.
 */
function steps(mode: MediaMode) {
  const media = { mode };
  const network = { media, http: throughGateway };
  return [
    { name: 'made', spec: { network: { media, http } } },
    { name: 'edited', spec: { play, network, monitoring: watchedAlone } },
    {
      name: 'rolled',
      spec: {
        play,
        network,
        monitoring: { ...watchedAlone, prometheusRule: 'Disabled' },
        pod: { image: 'liveroom.dev/sfu:next' },
      },
    },
    { name: 'deleted', spec: undefined },
  ] as const;
}

const room = 'keynote';

/** Longer than what is still said of a room that is as its spec says. */
const restMs = 1_000;

/** A pod for the first spec, and one for the changed image: more would have cut somebody off. */
const podsOfALife = 2;

export interface Crash {
  /** Which of the calls that are about the room; 1 is the first. */
  readonly atCall: number;
  /** Whether the API server still carries the call out. */
  readonly when: 'CrashBefore' | 'CrashAfter';
}

/** A life as it was lived. */
export interface Life {
  readonly media: MediaMode;
  /** Everything as it was after each step. */
  readonly states: readonly unknown[];
  /** The calls about the room of the first operator. */
  readonly calls: readonly Call[];
  readonly crashedAt: Call | undefined;
}

/** Discovery, lists and watches come when they come; the calls about a room are of its namespace. */
const isAboutRooms = ({ path, isWatch, query }: Call): boolean =>
  path.includes('/namespaces/') && !isWatch && !query.has('limit');
const isWrite = ({ method }: Call): boolean => method !== 'GET';

/**
 * One room's life. The operator is killed at one of its calls and started anew at once, while the user goes on as if
 * nothing had been. Without a crash the states are taken when nothing has been written for a while; with `like` they have
 * to become those of another life.
 */
export async function life(on: Stage, at: Place, how: { media: MediaMode; crash?: Crash; like?: Life }): Promise<Life> {
  const { namespace } = at;
  const operators = incarnations(on, at, how.crash);
  const states: unknown[] = [];
  const podsBefore = on.seen.podsEver(namespace);
  try {
    await operators.start();
    for (const [index, { name, spec }] of steps(how.media).entries()) {
      if (spec === undefined) {
        assert.equal(on.seen.podsEver(namespace) - podsBefore, podsOfALife, 'pods that were ever made');
        // Not before the crash: it is to hit the operator that has lived through the rest.
        if (operators.crashedAt() !== undefined) await operators.writesNothingAnew();
        await on.deleteRoom(namespace, room);
      } else await on.room(namespace, room, spec);
      const wanted = how.like?.states[index];
      const state = wanted === undefined ? await operators.rest() : await become(on, at, name, wanted);
      states.push(state);
    }
    return { media: how.media, states, calls: operators.firstCalls(), crashedAt: operators.crashedAt() };
  } finally {
    await operators.stop();
  }
}

async function become(on: Stage, at: Place, step: string, wanted: unknown): Promise<unknown> {
  const isAsWanted = () => isDeepStrictEqual(snapshot(on.seen, at), wanted);
  await on.seen.until(`the room is ${step}`, isAsWanted).catch(() => undefined);
  assert.deepEqual(snapshot(on.seen, at), wanted, `when the room was ${step}`);
  return wanted;
}

/** There is one pod, and the room says that it is the right one; or there is nothing. */
function isSettled(seen: Mirror, namespace: string): boolean {
  const [one] = seen.rooms().filter(({ metadata }) => metadata.namespace === namespace);
  const pods = seen.pods().filter(({ metadata }) => metadata.namespace === namespace);
  if (one === undefined) return pods.length === 0;
  const says = (type: string, reason: string) =>
    one.status?.conditions?.some(
      (condition) =>
        condition.type === type &&
        condition.reason === reason &&
        condition.observedGeneration === one.metadata.generation,
    );
  return pods.length === 1 && says('Ready', 'Ready') === true && says('Progressing', 'RolloutComplete') === true;
}

/** One operator after the other, each with a door of its own that is shut when it is killed. */
function incarnations(on: Stage, at: Place, crash: Crash | undefined) {
  const { namespace, firstPort } = at;
  const config = { namespaces: [namespace], hostPorts: { from: firstPort, to: firstPort + 99 } };
  let current: { readonly door: Door; readonly operator: RunningOperator } | undefined;
  let first: Door | undefined;
  let crashedAt: Call | undefined;
  let restarted: Promise<void> = Promise.resolve();
  let about = 0;
  let isOver = false;

  async function start(): Promise<void> {
    const isFirst = first === undefined;
    const way = await door({
      server: on.server,
      fate: (call) => {
        if (!isFirst || crash === undefined || !isAboutRooms(call)) return undefined;
        return ++about === crash.atCall ? { kind: crash.when } : undefined;
      },
      onCrash(call) {
        crashedAt = call;
        if (!isOver) restarted = restart();
      },
    });
    first ??= way;
    current = { door: way, operator: await startOperator({ kubeconfigFile: way.config, stats: on.stats, config }) };
  }

  async function stop(): Promise<void> {
    const last = current;
    // The door first: nothing that the operator still does has an effect.
    await last?.door.stop();
    await last?.operator.stop();
  }

  async function restart(): Promise<void> {
    await stop();
    await start();
  }

  const writes = () => current?.door.calls.filter(isWrite).length ?? 0;

  return {
    start,
    crashedAt: () => crashedAt,
    firstCalls: () => first?.calls.filter(isAboutRooms) ?? [],
    /** It is as its spec says, also after so long without a write that there will be none. */
    async rest(): Promise<unknown> {
      let before = -1;
      // What is settled at first may be so by the spec before: a write takes a while to be seen.
      while (before !== writes() || !isSettled(on.seen, namespace)) {
        await on.seen.until('the room is as its spec says', () => isSettled(on.seen, namespace));
        before = writes();
        await sleep(restMs);
      }
      return snapshot(on.seen, at);
    },
    /** A settled room costs an operator that starts anew no write. */
    async writesNothingAnew(): Promise<void> {
      await restarted;
      await restart();
      const { door: way, operator } = current ?? assert.fail('no operator runs');
      const hasLooked = async () => /controller="liveroom",result="\w+"\} [1-9]/.test(await operator.metrics());
      await eventually('the room was reconciled', hasLooked);
      await sleep(150);
      assert.deepEqual(
        way.calls.filter(isWrite).map(({ method, path }) => `${method} ${path}`),
        [],
        'writes about a settled room',
      );
    },
    async stop(): Promise<void> {
      // One that is killed at its very last call is not started anew: nobody would stop it.
      isOver = true;
      await restarted;
      await stop();
    },
  };
}
