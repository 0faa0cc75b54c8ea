import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Test pictures as H264 and a tone as Opus, encoded live: the line of docs/guides/encoders.md, with a small picture. */
const inputs = [
  '-re',
  '-f',
  'lavfi',
  '-i',
  'testsrc2=size=320x240:rate=30',
  '-re',
  '-f',
  'lavfi',
  '-i',
  'sine=frequency=440',
];
const video =
  '-c:v libx264 -preset ultrafast -tune zerolatency -profile:v baseline -pix_fmt yuv420p -bf 0 -g 30 -b:v 500k';
const audio = '-c:a libopus -ar 48000 -ac 2';

export interface FfmpegPublishing {
  /** All that it has written. */
  readonly told: () => string;
  readonly hasEnded: () => boolean;
  /** Has it leave as a user's Ctrl-C does. Resolves when it has ended. */
  readonly end: () => Promise<void>;
}

/** Publishes to a WHIP endpoint with ffmpeg, which waits for the other side to begin with DTLS. */
export function publishFrom(
  ffmpeg: string,
  { url, token }: { readonly url: string; readonly token: string },
): FfmpegPublishing {
  const codecs = `${video} ${audio}`.split(' ');
  const whip = ['-f', 'whip', '-authorization', token, url];
  const child = spawn(ffmpeg, ['-hide_banner', '-loglevel', 'warning', ...inputs, ...codecs, ...whip], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = once(child, 'exit');
  let told = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    told += text;
  });
  return {
    told: () => told,
    hasEnded: () => child.exitCode !== null,
    end: async () => {
      child.kill('SIGINT');
      await exited;
    },
  };
}
