import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { defaultTiming } from '#operator/cluster/lease/leader-election.ts';
import type { ElectionTiming } from '#operator/cluster/lease/lease-hold.ts';
import { eventually } from '#test/harness/eventually.ts';
import { changes, leaseWatch, usurpations } from './lease-watch.ts';
import { type OperatorProcess, operatorNamespace, operatorProcess } from './operator-process.ts';
import type { Stage } from './stage.ts';

/** `network`: every connection breaks. `silence`: none does, and nothing comes through. */
export type Fall = 'SIGTERM' | 'SIGKILL' | 'SIGSTOP' | 'network' | 'silence' | 'API server';

export interface Succession {
  readonly fall: Fall;
  /** From the leader's end to the first change that the next one asks for. */
  readonly tookMs: number;
  /** Changes without the Lease. */
  readonly usurpations: readonly string[];
  /** What became of the old leader. */
  readonly former: string;
}

export interface LeadersOptions {
  readonly say?: (text: string) => void;
  readonly timing?: ElectionTiming;
}

/** Two operators, and always something for them to do. */
export async function leaders(on: Stage, { say = () => undefined, timing = defaultTiming }: LeadersOptions = {}) {
  const dir = await mkdtemp(join(tmpdir(), 'leaders-'));
  await on.namespace(operatorNamespace);
  await on.namespace('led');
  const lease = await leaseWatch(on.client, operatorNamespace);
  const everybody: OperatorProcess[] = [];
  const begin = async () => {
    const count = everybody.length + 1;
    const one = await operatorProcess(on, { name: `operator-${count}`, address: `127.78.0.${count}`, dir, timing });
    everybody.push(one);
    return one;
  };
  let edits = 0;
  // Many rooms, so that a reconcile that fails has not yet to be waited for.
  const work = setInterval(() => {
    const room = `room-${edits++ % 20}`;
    on.room('led', room, { play: { maxSubscribers: edits }, network: { media: { mode: 'ClusterOnly' } } }).catch(
      () => undefined,
    );
  }, 250);

  let running: OperatorProcess[] = [];
  const fill = async () => {
    while (running.length < 2) running.push(await begin());
    const areReady = async () => (await Promise.all(running.map((one) => one.isReady()))).every(Boolean);
    await eventually('both are ready', areReady, 60_000);
  };
  const stop = async () => {
    clearInterval(work);
    lease.stop();
    await Promise.all(everybody.map((one) => one.stop()));
    await rm(dir, { recursive: true });
  };
  await fill().catch(async (error) => {
    await stop();
    throw error;
  });

  const leaderNow = () =>
    eventually(
      'somebody leads',
      () => {
        const holder = lease.reigns.at(-1)?.holder ?? '';
        return running.find(({ name }) => holder.startsWith(name) && holder !== '');
      },
      60_000,
    );

  return {
    async falls(fall: Fall): Promise<Succession> {
      const leader = await leaderNow();
      await eventually(
        'the leader works',
        () => changes(leader).some(({ atMs }) => performance.now() - atMs < 2_000),
        60_000,
      );
      const others = running.filter((one) => one !== leader);
      const fromMs = performance.now();
      const restored = await bringDown(fall, leader, others);
      const heirs = fall === 'API server' ? running : others;
      const sinceMs = fall === 'API server' ? performance.now() : fromMs;
      const first = await eventually(
        'somebody follows',
        () =>
          heirs.flatMap((one) => changes(one).filter(({ atMs }) => atMs > sinceMs)).sort((a, b) => a.atMs - b.atMs)[0],
        60_000,
      );
      const former = await restored();
      running = running.filter(({ child }) => child.exitCode === null && child.signalCode === null);
      const tookMs = first.atMs - sinceMs;
      say(`${fall}: the next change came after ${Math.round(tookMs)} ms; the old leader ${former}`);
      await fill();
      return { fall, tookMs, usurpations: usurpations(everybody, lease.reigns, timing.leaseMs), former };
    },
    stop,
  };
}

const outageMs = 30_000;

/** Resolves to how to undo it, which tells what became of the leader. */
async function bringDown(fall: Fall, leader: OperatorProcess, others: readonly OperatorProcess[]) {
  const end = async () => {
    const code = await Promise.race([leader.ended, sleep(20_000, 'runs on' as const, { ref: false })]);
    return code === 'runs on' ? code : `ended with ${code ?? leader.child.signalCode}`;
  };
  switch (fall) {
    case 'SIGTERM':
    case 'SIGKILL':
      leader.child.kill(fall);
      return end;
    case 'SIGSTOP':
      leader.child.kill('SIGSTOP');
      return async () => {
        leader.child.kill('SIGCONT');
        return await end();
      };
    case 'network':
    case 'silence':
      leader.door[fall === 'network' ? 'shut' : 'silence']();
      return async () => {
        leader.door.open();
        return await end();
      };
    case 'API server': {
      const doors = [leader, ...others].map((one) => one.door);
      for (const one of doors) one.shut();
      await sleep(outageMs);
      for (const one of doors) one.open();
      return async () => (leader.child.exitCode === null ? 'runs on' : `ended with ${leader.child.exitCode}`);
    }
  }
}
