/** The media server's parts. */
import { crowded } from '#test/attack/crowding.ts';
import { noNamespace, spoofed } from '#test/attack/spoofing.ts';
import { fuzzing } from './fuzzing.ts';
import { halfLoad } from './half-load.ts';
import { none, type Proof, proof, skipped } from './proof.ts';
import { besieged, load } from './siege.ts';

type Run = (seed: number, say: (text: string) => void) => Promise<readonly Proof[]>;

/**
 * At most so much more RSS. A short run shows no more than that nothing leaks fast: what the first minutes compile and fill
 * is still to come.
 */
export const atHalfLoad =
  (forMs: number, mostPercent: number): Run =>
  async (_seed, say) => {
    const { firstMB, lastMB, course, packetsPerSecond, deliveredPart } = await halfLoad({ forMs }, say);
    const [grownPercent, lostPercent] = [100 * (lastMB / firstMB - 1), 100 * (1 - deliveredPart)];
    const went = course.map(({ atMs, mb }) => `${(atMs / 60_000).toFixed(1)} min ${mb.toFixed(1)}`);
    return [
      proof('half load: RSS as it went, in MB', went.join(', '), course.length > 0),
      proof(
        `half load: RSS, at most ${mostPercent} % more`,
        `${firstMB.toFixed(1)} MB, then ${lastMB.toFixed(1)} MB: ${grownPercent.toFixed(1)} %`,
        grownPercent <= mostPercent,
      ),
      proof(
        'half load: packets lost',
        `${lostPercent.toFixed(3)} % of ${packetsPerSecond.toFixed(0)} a second`,
        lostPercent < 0.1,
      ),
    ];
  };

export const fuzzed: Run = async (seed, say) => {
  const { targets, messages, handshakes, harm, grownMB } = await fuzzing({ seed, forMs: 6000 }, say);
  return [
    proof(
      'fuzz: messages read, and handshakes',
      `${messages} by ${targets} readers, ${handshakes}`,
      messages > 100_000,
    ),
    none('fuzz: what did harm', harm),
    proof('fuzz: memory more than after the first of them', `${grownMB.toFixed(0)} MB`, grownMB < 200),
  ];
};

const attacked: Run = async (seed, say) => {
  const { done, lostPart, before, mostRssMB, after, slowClosedInMs, bystander } = await besieged(
    { seed, forMs: 60_000 },
    say,
  );
  const uncounted = Object.entries(done.struck).filter(
    ([reason, count]) => (after.dropped[reason] ?? 0) - (before.dropped[reason] ?? 0) < count,
  );
  const refused = after.refused - before.refused;
  const seconds = (after.atMs - before.atMs) / 1000;
  const sentAgain = after.repeated - before.repeated;
  const [askedAgain, notRepeated] = [after.askedAgain - before.askedAgain, after.notRepeated - before.notRepeated];
  const repeated = sentAgain / seconds;
  return [
    proof('attack: packets of the room that were lost', `${(100 * lostPart).toFixed(3)} %`, lostPart === 0),
    none(
      'attack: datagrams that were not counted',
      uncounted.map(([reason, count]) => `${reason}: ${count}`),
    ),
    proof('attack: requests refused, and counted', `${done.refused}, ${refused}`, refused >= done.refused),
    proof(
      'attack: RSS before, at the worst, and when it is over',
      `${before.rssMB.toFixed(0)}, ${mostRssMB.toFixed(0)}, ${after.rssMB.toFixed(0)} MB`,
      mostRssMB < before.rssMB + 250,
    ),
    proof(
      'attack: packets that were asked for again, refused, and sent',
      `${askedAgain}, ${notRepeated}, ${sentAgain}`,
      askedAgain > 100_000 && notRepeated + sentAgain === askedAgain,
    ),
    proof(
      'attack: packets a second that one viewer had sent again',
      repeated.toFixed(0),
      repeated < 2 * load.packetsPerSecond,
    ),
    proof(
      'attack: slow connections were all closed after',
      `${(slowClosedInMs / 1000).toFixed(0)} s`,
      slowClosedInMs < 60_000,
    ),
    proof(
      'attack: bytes to somebody else, for each sent in their name',
      (bystander.received / bystander.sent).toFixed(2),
      bystander.received <= 3 * bystander.sent,
    ),
  ];
};

const spoofedAt: Run = async (seed, say) => {
  const refusal = await noNamespace();
  if (refusal !== undefined) return [skipped('spoof: datagrams in the name of others', refusal)];
  say('everybody is spoken for by somebody else');
  const { books, struck, dropped, ...seen } = await spoofed({ seed, seconds: 30, perSecond: 200 });
  const uncounted = Object.entries(struck).filter(([reason, count]) => (dropped[reason] ?? 0) < count);
  const sent = books.reduce((sum, { bytes }) => sum + bytes.sent, 0);
  const most = Math.max(...books.map(({ bytes }) => bytes.received / bytes.sent));
  const lostPart = 1 - Math.min(seen.deliveredPart, seen.deliveredAfterwards);
  return [
    proof(
      'spoof: packets lost',
      `${(100 * lostPart).toFixed(3)} %, of one viewer ${seen.published - seen.seen}`,
      lostPart === 0 && seen.seen === seen.published,
    ),
    none(
      'spoof: datagrams that were not counted',
      uncounted.map(([reason, count]) => `${reason}: ${count}`),
    ),
    proof(
      'spoof: bytes answered at most for each of them',
      `${most.toFixed(4)}, of ${(sent / 1e6).toFixed(1)} MB`,
      most <= 1,
    ),
    proof('spoof: sessions that ended', seen.sessionsGone, seen.sessionsGone === 0 && !seen.isEnded),
  ];
};

const crowdedAt: Run = async (_seed, say) => {
  const { answers, heard, rssMB, ...seen } = await crowded(20_000, say);
  const { 201: admitted = 0, 503: turnedAway = 0 } = answers;
  const slowestMs = Math.max(...seen.othersInMs);
  return [
    proof(
      'crowd: sessions never finished, and requests turned away',
      `${admitted}, ${turnedAway}`,
      admitted + turnedAway === 20_000,
    ),
    proof(
      'crowd: of those, counted',
      `${seen.timedOut}, ${seen.refused}`,
      seen.timedOut === admitted && seen.refused >= turnedAway,
    ),
    proof('crowd: handshakes that were answered', heard, heard > 0),
    proof(
      'crowd: packets of the room that were lost',
      `${(100 * (1 - seen.deliveredPart)).toFixed(3)} %`,
      seen.deliveredPart === 1,
    ),
    proof('crowd: sessions at a time', seen.mostSessions, seen.mostSessions < 500),
    proof('crowd: who came for another room was in after', `${slowestMs.toFixed(0)} ms`, slowestMs < 20_000),
    proof(
      'crowd: RSS before, and at the worst',
      `${rssMB.before.toFixed(0)}, ${rssMB.most.toFixed(0)} MB`,
      rssMB.most < rssMB.before + 200,
    ),
    proof('crowd: sessions left when it is over', seen.sessionsLeft, seen.sessionsLeft === 0),
  ];
};

/** All kinds of attack, one after the other. */
export const attackedFromAllSides: Run = async (seed, say) => [
  ...(await attacked(seed, say)),
  ...(await spoofedAt(seed, say)),
  ...(await crowdedAt(seed, say)),
];
