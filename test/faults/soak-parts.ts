import { release010 } from '#test/upgrade/release.ts';
import { upgrade } from '#test/upgrade/upgrade.ts';
import { chaos } from './chaos.ts';
import { crashes } from './crashes.ts';
import { installReaderKinds } from './kinds.ts';
import { type Fall, leaders } from './leaders.ts';
import { mediaOutage } from './media-outage.ts';
import { outage } from './outage.ts';
import { permissions } from './permissions.ts';
import { none, type Proof, proof, skipped } from './proof.ts';
import { nameOfGrant } from './role.ts';
import { atHalfLoad, attackedFromAllSides, fuzzed } from './sfu-parts.ts';
import { type Stage, stage } from './stage.ts';
import { nameOfTeller } from './tellers.ts';

export interface SoakPart {
  /** Runs only when it is named. */
  readonly isLong?: true;
  readonly what: string;
  readonly takes: string;
  run(seed: number, say: (text: string) => void): Promise<readonly Proof[]>;
}

/** A cluster of its own for each part: what one leaves behind is not another's trouble. */
const onStage =
  (show: (on: Stage, seed: number, say: (text: string) => void) => Promise<readonly Proof[]>): SoakPart['run'] =>
  async (seed, say) => {
    const on = await stage();
    try {
      return await show(on, seed, say);
    } finally {
      await on.stop();
    }
  };

const crash = onStage(async (on, seed, say) => {
  const { lived, calls, failures } = await crashes(on, { everyNth: 1, offset: seed, say });
  return [
    proof('crashes: lives of a room with a killed operator', `${lived}, of ${calls} calls`, lived >= calls),
    none('crashes: ends other than undisturbed', failures),
  ];
});

const storm = onStage(async (on, seed, say) => {
  const trouble = { requests: 0.15, watches: 0.95, longestMs: 35_000, watchLifeMs: 20_000 };
  const result = await chaos(on, {
    ...{ seed, trouble, say, rooms: 500, forMs: 300_000, everyMs: 80 },
    ...{ compareEveryMs: 20_000, settleMs: 180_000 },
  });
  say(JSON.stringify({ deeds: result.deeds, faults: result.faults }));
  return [
    proof('chaos: requests, and faults they met', `${result.calls}, ${sum(result.faults)}`, sum(result.faults) > 1_000),
    none('chaos: what is not as desired', result.wrongs),
    proof('chaos: settled within', `${Math.round(result.settledInMs)} ms`, result.wrongs.length === 0),
    none('chaos: writes once all is settled', result.writesAtRest),
    proof('chaos: comparisons of a copy with its collection', result.comparisons, result.comparisons > 0),
    proof('chaos: changes that a watch had missed', result.missed, result.missed === 0),
  ];
});

const falls: readonly Fall[] = ['SIGTERM', 'SIGKILL', 'SIGSTOP', 'network', 'silence', 'API server'];

const succession = onStage(async (on, _seed, say) => {
  const election = await leaders(on, { say });
  const proofs: Proof[] = [];
  try {
    for (const fall of falls) {
      const { tookMs, usurpations, former } = await election.falls(fall);
      const limitMs = fall === 'SIGTERM' ? 3_000 : 20_000;
      proofs.push(
        proof(`leaders: next write after ${fall}`, `${Math.round(tookMs)} ms; the old one ${former}`, tookMs < limitMs),
      );
      proofs.push(none(`leaders: writes without the Lease, ${fall}`, usurpations));
    }
    return proofs;
  } finally {
    await election.stop();
  }
});

const absence = onStage(async (on, _seed, say) => {
  say('the API server is away for 2 minutes');
  await on.namespace('away');
  const { triesPerWatchSecond, syncedInMs } = await outage(on, { forMs: 120_000, namespace: 'away' });
  return [
    proof('outage: requests per watch and second', triesPerWatchSecond.toFixed(2), triesPerWatchSecond < 1),
    proof('outage: synced after its return', `${Math.round(syncedInMs)} ms`, syncedInMs < 5_000),
  ];
});

const media: SoakPart['run'] = async (_seed, say) => {
  const { framesPerSecond, lostPackets, isSamePod, since } = await mediaOutage(120_000, say);
  const [writtenMs, heardMs] = [since.writtenMs - since.returnedMs, since.heardMs - since.returnedMs];
  return [
    proof('media: frames a second while the API server was away', framesPerSecond.toFixed(1), framesPerSecond > 10),
    proof('media: packets lost meanwhile', lostPackets, lostPackets === 0),
    proof('media: the pod is the same', String(isSamePod), isSamePod),
    proof('media: from its return until the operator had done an edit', `${writtenMs} ms`, writtenMs < 5_000),
    proof('media: and until the pod went by it', `${heardMs} ms`, heardMs < 60_000),
  ];
};

const newer: SoakPart['run'] = async (_seed, say) => {
  const release = await release010();
  return 'absent' in release ? [skipped('upgrade: from 0.1.0', release.absent)] : await upgrade(release.dir, say);
};

const rights = onStage(async (on, _seed, say) => {
  await installReaderKinds(on.cluster);
  const told = await permissions(on, { say });
  return told.map(({ grant, teller, message }) =>
    proof(
      `permission: without ${nameOfGrant(grant)}`,
      `${message === undefined ? 'not told by' : 'told by'} ${nameOfTeller(teller)}`,
      message !== undefined,
    ),
  );
});

const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((a, b) => a + b, 0);

export const soakParts = {
  crashes: { what: 'the operator is killed at each of its API calls', takes: '5 min', run: crash },
  chaos: { what: '500 rooms come, change and go under every fault', takes: '8 min', run: storm },
  leaders: { what: 'a leader is killed, stopped or cut off', takes: '5 min', run: succession },
  outage: { what: 'the API server is away', takes: '3 min', run: absence },
  media: { what: 'the API server is away while a room is on the air', takes: '3 min', run: media },
  fuzz: { what: 'every reader of the network gets what was changed on its way', takes: '2 min', run: fuzzed },
  attack: { what: 'a media server is attacked from all sides', takes: '4 min', run: attackedFromAllSides },
  'half-load': { what: 'a media server forwards half of what it can', takes: '2 min', run: atHalfLoad(120_000, 15) },
  upgrade: { what: 'release 0.1.0 is upgraded while a room is on the air', takes: '2 min', run: newer },
  permissions: { what: 'each permission is withheld in turn', takes: '6 min', run: rights },
  hour: {
    ...{ what: 'the same for an hour, only when named', takes: '1 h', isLong: true },
    run: atHalfLoad(3_600_000, 5),
  },
} as const satisfies Record<string, SoakPart>;
