import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Offers as clients make them. Captured: Chromium 156, Firefox 153 ESR (without a codec for H264, as Linux
 * distributions ship it), OBS 30.2.3, whipclientsink of gst-plugins-rs 0.15.4 on GStreamer 1.26 (its addresses are others),
 * simple-whip-client on GStreamer 1.22, ffmpeg 8.0, ffmpeg 9.0 with `-whip_flags dtls_active`,
 * libdatachannel, which OBS is built on (by node-datachannel 0.33), and aiortc 1.16.
 * Written in their client's style: Firefox with H264, GStreamer with retransmissions.
 */
export const clients = [
  'chromium-publish',
  'firefox-publish',
  'firefox-h264-publish',
  'firefox-simulcast',
  'obs-publish',
  'libdatachannel-publish',
  'whipclientsink-publish',
  'gstreamer-publish',
  'gstreamer-rtx-publish',
  'ffmpeg-publish',
  'ffmpeg-active-publish',
  'chromium-play',
  'firefox-play',
  'aiortc-play',
] as const;

export const sdpOf = (client: (typeof clients)[number]): string =>
  readFileSync(join(import.meta.dirname, 'offers', `${client}.sdp`), 'utf8').replaceAll('\n', '\r\n');

/** The smallest offer of a publisher that we answer; `change` edits it. */
export const smallOffer = (change: (text: string) => string = (text) => text): string =>
  change(
    [
      'v=0',
      'o=- 1 1 IN IP4 0.0.0.0',
      's=-',
      't=0 0',
      'a=ice-ufrag:abcd',
      'a=ice-pwd:0123456789abcdef012345',
      `a=fingerprint:sha-256 ${Array(32).fill('AB').join(':')}`,
      'a=setup:actpass',
      'm=video 9 UDP/TLS/RTP/SAVPF 96',
      'c=IN IP4 0.0.0.0',
      'a=mid:v',
      'a=sendonly',
      'a=rtcp-mux',
      'a=rtpmap:96 VP8/90000',
    ].join('\r\n'),
  );

/** The smallest offer of a player that we answer. */
export const smallPlayOffer = (): string => smallOffer((sdp) => sdp.replace('sendonly', 'recvonly'));
