import assert from 'node:assert/strict';
import { type Crash, type Life, life, mediaModes } from './life.ts';
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

/**
 * Lives a room's life once undisturbed, and then once for each call at which its operator can be killed; all that with
 * each way of media.
 */
export async function crashes(
  on: Stage,
  { everyNth, offset, say = () => undefined }: CrashesOptions,
): Promise<Crashes> {
  const places = Array.from({ length: atOnce }, (_, index) => ({
    namespace: `life-${index}`,
    firstPort: 7000 + 100 * index,
  }));
  for (const { namespace } of places) await on.namespace(namespace);
  const undisturbed = await Promise.all(
    mediaModes.map((media, index) => life(on, places[index] ?? assert.fail(), { media })),
  );
  const failures: string[] = [];
  let lived = 0;
  const one = async (place: Place, { like, ...crash }: Point) => {
    const name = `${like.media}, ${crash.when} at call ${crash.atCall}`;
    try {
      const { crashedAt } = await life(on, place, { media: like.media, crash, like });
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
      for (const point of rest) await one(place, point);
    }),
  );
  return { lived, calls: undisturbed.reduce((sum, { calls }) => sum + calls.length, 0), failures };
}

/** Where a life is cut, and what is to come of it all the same. */
type Point = Crash & { readonly like: Life };

function* all(undisturbed: readonly Life[], everyNth: number, offset: number): Generator<Point, void> {
  const calls = undisturbed.flatMap((like) =>
    Array.from({ length: like.calls.length + (everyNth === 1 ? spareCalls : 0) }, (_, index) => ({
      like,
      atCall: index + 1,
    })),
  );
  for (let index = offset % everyNth; index < calls.length; index += everyNth)
    for (const when of ['CrashBefore', 'CrashAfter'] as const) yield { ...(calls[index] ?? assert.fail()), when };
}
