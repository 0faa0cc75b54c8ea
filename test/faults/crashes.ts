import assert from 'node:assert/strict';
import { type Crash, type Life, life } from './life.ts';
import type { Place } from './snapshot.ts';
import type { Stage } from './stage.ts';

export interface CrashesOptions {
  /** 1 kills it at every call, 4 at every fourth. */
  readonly everyNth: number;
  /** Which of them is the first. */
  readonly offset: number;
  readonly say?: (text: string) => void;
}

export interface Crashes {
  /** Lives in which the operator was killed, and calls of the undisturbed life. */
  readonly lived: number;
  readonly calls: number;
  readonly failures: readonly string[];
}

/** Calls of an undisturbed life about which another one may differ: two reconciles at once take turns by chance. */
const spareCalls = 4;

/** Lives that are lived at the same time: they mostly wait. */
const atOnce = 6;

/** Lives a room's life once undisturbed, and then once for each call at which its operator can be killed. */
export async function crashes(
  on: Stage,
  { everyNth, offset, say = () => undefined }: CrashesOptions,
): Promise<Crashes> {
  const places = Array.from({ length: atOnce }, (_, index) => ({
    namespace: `life-${index}`,
    firstPort: 7000 + 100 * index,
  }));
  for (const { namespace } of places) await on.namespace(namespace);
  const [first = assert.fail()] = places;
  const undisturbed = await life(on, first);
  const failures: string[] = [];
  let lived = 0;
  const one = async (place: Place, crash: Crash) => {
    const name = `${crash.when} at call ${crash.atCall}`;
    try {
      const { crashedAt } = await life(on, place, { crash, like: undisturbed });
      if (crashedAt !== undefined) lived++;
      say(`${name}: ${crashedAt === undefined ? 'there was no such call' : `${crashedAt.method} ${crashedAt.path}`}`);
    } catch (error) {
      failures.push(`${name}: ${(error as Error).message}`);
      say(failures.at(-1) ?? '');
    }
  };
  const rest = all(undisturbed, everyNth, offset);
  await Promise.all(
    places.map(async (place) => {
      for (const crash of rest) await one(place, crash);
    }),
  );
  return { lived, calls: undisturbed.calls.length, failures };
}

function* all({ calls }: Life, everyNth: number, offset: number): Generator<Crash, void> {
  const begin = 1 + (offset % everyNth);
  for (let atCall = begin; atCall <= calls.length + (everyNth === 1 ? spareCalls : 0); atCall += everyNth)
    for (const when of ['CrashBefore', 'CrashAfter'] as const) yield { atCall, when };
}
