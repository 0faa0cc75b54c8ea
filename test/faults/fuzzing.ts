/** Every reader of the network, for longer than a test may take, in this process, whose memory is looked at. */
import { fuzz } from '#test/fuzz/fuzz.ts';
import { fuzzHandshakes } from '#test/fuzz/handshake.ts';
import { mediaTargets } from '#test/fuzz/media-targets.ts';
import { signallingTargets } from '#test/fuzz/signalling-targets.ts';
import { seeded } from '#test/harness/seeded.ts';

export interface Fuzzing {
  readonly targets: number;
  readonly messages: number;
  readonly handshakes: number;
  /** What broke, by its name and message. */
  readonly harm: readonly string[];
  /** From when each had been read for a while until the end. */
  readonly grownMB: number;
}

export interface FuzzingOptions {
  readonly seed: number;
  /** For each reader. */
  readonly forMs: number;
}

const slice = 2000;
const handshakesInSlice = 50;

export async function fuzzing({ seed, forMs }: FuzzingOptions, say: (text: string) => void): Promise<Fuzzing> {
  const random = seeded(seed);
  const harm: string[] = [];
  const told = (error: unknown) => void harm.push(String(error));
  process.on('unhandledRejection', told);
  const targets = [...mediaTargets, ...signallingTargets];
  let messages = 0;
  let handshakes = 0;
  const once = (target: (typeof targets)[number], ms: number): void => {
    try {
      for (const endsMs = performance.now() + ms; performance.now() < endsMs; messages += slice)
        fuzz<never>(target as never, random, slice);
    } catch (error) {
      told(error);
    }
  };
  for (const target of targets) once(target, 0.05 * forMs);
  const beforeMB = process.memoryUsage.rss() / 1e6;
  for (const target of targets) {
    say(target.name);
    once(target, forMs);
  }
  say('handshakes');
  for (const endsMs = performance.now() + forMs; performance.now() < endsMs; handshakes += handshakesInSlice)
    await fuzzHandshakes(random, handshakesInSlice);
  process.off('unhandledRejection', told);
  return {
    ...{ targets: targets.length, messages, handshakes, harm },
    grownMB: process.memoryUsage.rss() / 1e6 - beforeMB,
  };
}
