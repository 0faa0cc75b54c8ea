import { after } from 'node:test';

/** Longer than anything that ends by itself needs. */
const patienceMs = 30_000;

/**
 * Loaded into each test file's process before the file: one that something keeps alive after its last test would hold up
 * all others for ever. It is ended, and says what it was; `--test-force-exit` would, but loses results on their way.
 *
 * Node itself can do so, too: when all is over it waits for its handles to close, and with HTTP/2 sessions that were cut off
 * it sometimes spins there for ever. By then everything is told, so the process ends without that.
 */
after(() => {
  process.on('exit', (code) => process.exit(code));
  const end = () => {
    const held = process.getActiveResourcesInfo().join(', ');
    process.stderr.write(`${process.argv[1]} did not end after its last test; open are: ${held}\n`);
    process.exit();
  };
  setTimeout(end, patienceMs).unref();
});
