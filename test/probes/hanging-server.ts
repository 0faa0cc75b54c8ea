/** A server whose main thread hangs once something is written to it. Takes the arguments of `npm run sfu`. */
import { start } from '#server/start.ts';

await start({
  args: process.argv.slice(2),
  env: {},
  stdout: (text) => process.stdout.write(text),
  stderr: (text) => process.stderr.write(text),
  onFatal: () => process.exit(1),
});
process.stdin.once('data', () => {
  for (;;);
});
