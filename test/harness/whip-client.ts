import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '#local/run.ts';

/** Test pictures as VP8 and a tone as Opus, both encoded live. */
const pipelines = {
  video:
    'videotestsrc is-live=true pattern=ball ! video/x-raw,width=320,height=240,framerate=30/1 ! vp8enc deadline=1 ' +
    '! rtpvp8pay pt=96 ! application/x-rtp,media=video,encoding-name=VP8,payload=96',
  audio:
    'audiotestsrc is-live=true ! opusenc ! rtpopuspay pt=111 ' +
    '! application/x-rtp,media=audio,encoding-name=OPUS,payload=111,encoding-params=(string)2',
};

/**
 * What libnice takes from GUPnP, doing nothing. Debian 12's client cannot start otherwise: it is linked with libsoup 2,
 * GUPnP with libsoup 3, which ends a process that has both. A NULL from the constructor means that there is no UPnP.
 */
const withoutUpnp = `
void *gupnp_simple_igd_thread_new(void) { return 0; }
unsigned long gupnp_simple_igd_get_type(void) { return 0; }
void gupnp_simple_igd_add_port(void) {}
void gupnp_simple_igd_remove_port_local(void) {}
`;

/** Where the client and the compiler are. */
export interface WhipClient {
  readonly client: string;
  readonly compiler: string;
}

export interface Publishing {
  /** All that it has written. */
  told(): string;
  /** Has it leave as a user's Ctrl-C does. Resolves when it has ended. */
  readonly end: () => Promise<void>;
}

/** Publishes to a WHIP endpoint with simple-whip-client, which trickles its candidates by PATCH. */
export async function publishWith(
  { client, compiler }: WhipClient,
  { url, token }: { readonly url: string; readonly token: string },
): Promise<Publishing> {
  const dir = await mkdtemp(join(tmpdir(), 'liveroom-whip-client-'));
  const source = join(dir, 'without-upnp.c');
  await writeFile(source, withoutUpnp);
  await run(compiler, ['-nostdlib', '-shared', '-o', join(dir, 'libgupnp-igd-1.0.so.4'), source], { env: process.env });
  const { video, audio } = pipelines;
  const child = spawn(
    client,
    ['--url', url, '--token', token, '--video', video, '--audio', audio, '--disable-colors', '--log-level', '5'],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, LD_LIBRARY_PATH: dir } },
  );
  const exited = once(child, 'exit');
  let told = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      told += text;
    });
  return {
    told: () => told,
    end: async () => {
      child.kill('SIGINT');
      await exited;
      await rm(dir, { recursive: true, force: true });
    },
  };
}
