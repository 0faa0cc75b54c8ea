/** An attacker in a process of its own. */
import { answer } from '#test/bench/forwarding-child.ts';
import type { Place } from '#test/bench/joining-child.ts';
import { seeded } from '#test/harness/seeded.ts';
import { type Assaulted, assault } from './assault.ts';
import { type Attacker, attacker } from './attacker.ts';

/** First where it joins; then, in turn, that it begins, and that it ends, which is answered with what it has done. */
export type AttackerQuestion =
  | { readonly joins: Place; readonly seed: number }
  | { readonly perSecond: number; readonly requestsPerSecond: number }
  | 'end';

let joined: Attacker | undefined;
let under: ReturnType<typeof assault> | undefined;

async function respond(question: AttackerQuestion): Promise<Assaulted | undefined> {
  if (question === 'end') {
    await under?.end();
    return under?.seen();
  }
  if ('joins' in question) joined = await attacker({ ...question.joins, random: seeded(question.seed) });
  else if (joined !== undefined) under = assault({ udp: joined.udp, http: joined.http, ...question });
  return undefined;
}

answer(respond, () => 0);
