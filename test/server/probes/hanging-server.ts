/** A server whose main thread hangs once `loop` or `wait` is written to it, in that way. Takes the arguments of `npm run sfu`. */
import { start } from '#server/start.ts';

await start({
  args: process.argv.slice(2),
  env: {},
  stdout: (text) => process.stdout.write(text),
  stderr: (text) => process.stderr.write(text),
  onFatal: () => process.exit(1),
});
process.stdin.once('data', (way) => {
  if (way.toString() === 'wait') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  for (;;);
});
