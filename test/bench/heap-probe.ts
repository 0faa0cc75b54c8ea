/**
 * Tells what the heaps of a process hold. It is preloaded (`node --import`), and so runs in each of its threads: none can
 * take another's garbage away.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { BroadcastChannel } from 'node:worker_threads';

const question = 'what is left?';
/** Each thread answers once its garbage has gone, which takes a fraction of that. */
const answeredWithinMs = 2000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as NodeJS.GCFunction;

const channel = new BroadcastChannel('liveroom-bench-heaps');
channel.unref();
channel.onmessage = (event) => {
  const { data } = event as { data: unknown };
  if (data !== question) return;
  // What finalizers let go is found by the second.
  collectGarbage();
  collectGarbage();
  channel.postMessage(process.memoryUsage().heapUsed);
};

/** Bytes that all threads' heaps hold, without garbage. Takes two seconds. Fails when only one thread answers. */
export async function heapBytes(): Promise<number> {
  const asking = new BroadcastChannel('liveroom-bench-heaps');
  const answers: number[] = [];
  asking.onmessage = (event) => {
    const { data } = event as { data: unknown };
    if (typeof data === 'number') answers.push(data);
  };
  asking.postMessage(question);
  await pause(answeredWithinMs);
  asking.close();
  if (answers.length < 2) throw new Error(`${answers.length} threads said what they hold: the server has at least two`);
  return answers.reduce((sum, bytes) => sum + bytes, 0);
}
