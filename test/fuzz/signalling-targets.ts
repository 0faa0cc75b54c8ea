/** The readers of the HTTP port: bodies, and headers that we look into. */
import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { addressKey, clientAddress, trustedProxies } from '#server/access/client-address.ts';
import { ifMatch } from '#server/http/entity-tag.ts';
import { mediaType } from '#server/http/media-type.ts';
import { scrapeFormat } from '#server/http/scrape-format.ts';
import { answer } from '#server/rtc/sdp/answer.ts';
import { negotiatePlay, negotiatePublish } from '#server/rtc/sdp/negotiate.ts';
import { offer } from '#server/rtc/sdp/offer.ts';
import { SdpError } from '#server/rtc/sdp/sdp.ts';
import { iceFragment } from '#server/rtc/sdp/sdpfrag.ts';
import { clients, sdpOf, smallOffer } from '#test/server/offers.ts';
import { local } from '#test/server/sdp/local.ts';
import type { Target } from './target.ts';

/** As much as a request may bring. */
const longestBody = 64 * 1024;
/** Node takes no more headers than that together. */
const longestHeader = 16 * 1024;

/** What is refused is refused by a sentence, and by nothing else. */
function refusable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof SdpError)) throw error;
    assert.ok(error.message.length < 300 && !/[\r\n\0]/.test(error.message), JSON.stringify(error.message));
    return undefined;
  }
}

const codecs = ['VP8', 'H264', 'Opus'] as const;

/** From the offer to the answer, which has no line that a stranger made up. */
const publishing = (sdp: string): unknown =>
  refusable(() => answered(negotiatePublish(offer(sdp, 'send'), codecs).media));

let ssrc = 0;
const playing = (sdp: string): unknown =>
  refusable(() =>
    answered(negotiatePlay(offer(sdp, 'receive'), codecs, [], { randomSsrc: () => ++ssrc, cname: 'c' }).media),
  );

function answered(media: Parameters<typeof answer>[0]): string {
  const text = answer(media, local, 1);
  assert.ok(!/[^\r]\n|\r[^\n]|\0/.test(text), 'a line was broken');
  return text;
}

const fragment = (sdp: string): unknown =>
  refusable(() => {
    const read = iceFragment(sdp);
    assert.match(read.iceUfrag, /^[\w+/=-]{4,256}$/);
    assert.match(read.icePwd, /^[\w+/=-]{22,256}$/);
    for (const { port, priority } of read.candidates) assert.ok(port > 0 && port < 65_536 && priority >= 0);
    return read;
  });

const proxies = trustedProxies(['10.0.0.0/8', 'fd00::/8']);
const forwarded = (header: string): unknown => {
  const client = clientAddress('10.1.2.3', header, proxies);
  assert.ok(isIP(client) && addressKey(client).length <= 19, client);
  return client;
};

const offers = {
  publish: [...clients.filter((client) => client.endsWith('publish')).map(sdpOf), smallOffer()],
  play: [
    ...clients.filter((client) => client.endsWith('play')).map(sdpOf),
    smallOffer((sdp) => sdp.replace('send', 'recv')),
  ],
};
const fragments = [
  'a=ice-ufrag:ab+/\r\na=ice-pwd:0123456789abcdef012345\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n' +
    'a=candidate:842163049 1 udp 1677729535 192.0.2.4 50001 typ srflx raddr 0.0.0.0 rport 0 generation 0 ufrag ab+/\r\n' +
    'a=candidate:1467250027 1 UDP 2122260223 2001:db8::7 50002 typ host\r\na=end-of-candidates\r\n',
  'a=ice-ufrag:wxyz\r\na=ice-pwd:abcdefghijklmnopqrstuv\r\n',
];
const tag = '"c29tZXVz"';

export const signallingTargets: readonly Target<string>[] = [
  { name: 'offers of publishers', corpus: offers.publish, most: longestBody, open: () => publishing },
  { name: 'offers of players', corpus: offers.play, most: longestBody, open: () => playing },
  { name: 'SDP fragments', corpus: fragments, most: longestBody, open: () => fragment },
  {
    ...{ name: 'X-Forwarded-For', most: longestHeader, open: () => forwarded },
    corpus: [
      '10.0.0.1, 192.0.2.1',
      '[2001:db8::1]:443, 10.0.0.9:80',
      '::ffff:192.0.2.7',
      'fe80::1%eth0, unknown',
      'fd00::1,10.9.9.9',
    ],
  },
  {
    ...{ name: 'If-Match', most: longestHeader, open: () => (header) => ifMatch(header, tag) },
    corpus: [tag, `W/${tag}`, '*', `"x", ${tag} , W/"y"`, 'c29tZXVz'],
  },
  {
    ...{ name: 'Content-Type', most: longestHeader, open: () => mediaType },
    corpus: ['application/sdp', 'Application/SDP; charset="utf-8"', ';', 'application/trickle-ice-sdpfrag'],
  },
  {
    ...{ name: 'Accept', most: longestHeader, open: () => scrapeFormat },
    corpus: ['application/openmetrics-text;version=1.0.0;q=0.9,text/plain;q=0.5', '*/*;q=0.1', 'text/plain; q=1e999'],
  },
];
