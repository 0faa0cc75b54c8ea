import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer } from '#server/rtc/sdp/answer.ts';
import { negotiatePublish } from '#server/rtc/sdp/negotiate.ts';
import { offer } from '#server/rtc/sdp/offer.ts';
import { SdpError } from '#server/rtc/sdp/sdp.ts';
import { iceFragment, isRestart, restartFragment } from '#server/rtc/sdp/sdpfrag.ts';
import { sdpOf } from '../offers.ts';

const credentials = { iceUfrag: 'ab+/', icePwd: '0123456789abcdef012345' };

/** A fragment as a browser's page makes it; `change` edits it. */
const fragment = (change: (text: string) => string = (text) => text): string =>
  change(
    [
      `a=ice-ufrag:${credentials.iceUfrag}`,
      `a=ice-pwd:${credentials.icePwd}`,
      'm=audio 9 UDP/TLS/RTP/SAVPF 111',
      'a=mid:0',
      'a=candidate:842163049 1 udp 1677729535 192.0.2.4 50001 typ srflx raddr 0.0.0.0 rport 0 generation 0 ufrag ab+/ network-cost 999',
      'a=candidate:1467250027 1 UDP 2122260223 2001:db8::7 50002 typ host generation 0',
      'a=end-of-candidates',
      '',
    ].join('\r\n'),
  );

test('credentials, m-sections, candidates and their end are read', () => {
  assert.deepEqual(iceFragment(fragment()), {
    ...credentials,
    mids: ['0'],
    candidates: [
      { foundation: '842163049', priority: 1677729535, address: '192.0.2.4', port: 50001, type: 'srflx' },
      { foundation: '1467250027', priority: 2122260223, address: '2001:db8::7', port: 50002, type: 'host' },
    ],
    isComplete: true,
  });
});

test('a restart has but its credentials, and more candidates are to come', () => {
  const text = 'a=ice-ufrag:wxyz\na=ice-pwd:abcdefghijklmnopqrstuv';
  const read = iceFragment(text);
  assert.deepEqual(read, {
    iceUfrag: 'wxyz',
    icePwd: 'abcdefghijklmnopqrstuv',
    mids: [],
    candidates: [],
    isComplete: false,
  });
  assert.equal(isRestart(read, credentials), true);
});

test('the credentials of the ICE session say that a fragment adds to it, and each of them alone that it does not', () => {
  assert.equal(isRestart(iceFragment(fragment()), credentials), false);
  assert.equal(isRestart(iceFragment(fragment((text) => text.replace('ab+/', 'cd+/'))), credentials), true);
  assert.equal(isRestart(iceFragment(fragment((text) => text.replace('pwd:0', 'pwd:9'))), credentials), true);
});

const equal: Readonly<Record<string, (text: string) => string>> = {
  'line ends of other systems': (text) => text.replaceAll('\r\n', '\n'),
  'credentials in the m-section, where an offer has them': (text) => {
    const [ufrag = '', pwd = '', m = '', mid = '', ...rest] = text.split('\r\n');
    return [m, mid, ufrag, pwd, ...rest].join('\r\n');
  },
  'the same credentials in both places': (text) =>
    text.replace('a=mid', `a=ice-ufrag:${credentials.iceUfrag}\r\na=mid`),
  'the end of candidates told for the session': (text) =>
    `a=end-of-candidates\r\n${text.replace('a=end-of-candidates\r\n', '')}`,
  'attributes and lines that nobody knows': (text) =>
    `a=group:BUNDLE 0\r\na=ice-options:trickle\r\nc=IN IP4 0.0.0.0\r\n${text}a=x-new:1`,
};
for (const [name, change] of Object.entries(equal))
  test(`${name}: the fragment says the same`, () =>
    assert.deepEqual(iceFragment(fragment(change)), iceFragment(fragment())));

const useless: Readonly<Record<string, string>> = {
  'TCP (C-21)': 'a=candidate:1 1 tcp 1518280447 192.0.2.4 9 typ host tcptype active',
  'a transport of the future (C-21)': 'a=candidate:1 1 quic 1518280447 192.0.2.4 9 typ host',
  'a name that mDNS would have to resolve (C-21)':
    'a=candidate:1 1 udp 2113937151 2cf0b2c0-0842-4fe3-aaa0-4556a2dfbadc.local 33192 typ host',
  'RTCP alone': 'a=candidate:1 2 udp 2113937151 192.0.2.4 33193 typ host',
  'port 0': 'a=candidate:1 1 udp 2113937151 192.0.2.4 0 typ host',
  'a type of the future': 'a=candidate:1 1 udp 2113937151 192.0.2.4 33193 typ satellite',
  'the empty candidate that ends them in browsers': 'a=candidate:',
  'that empty candidate without its name': 'a=',
};
for (const [name, line] of Object.entries(useless))
  test(`a candidate is left out without a word, and the others are taken: ${name}`, () =>
    assert.deepEqual(
      iceFragment(fragment((text) => text.replace('a=candidate:8', `${line}\r\na=candidate:8`))),
      iceFragment(fragment()),
    ));

const faults: Readonly<
  Record<string, readonly [change: (text: string) => string, kind: SdpError['kind'], says: RegExp]>
> = {
  'an empty body': [() => '', 'malformed', /empty; it must have a=ice-ufrag and a=ice-pwd/],
  'a bare candidate': [() => 'candidate:1 1 udp 1 192.0.2.4 9 typ host', 'malformed', /Line 1 is not "letter=value"/],
  'a whole offer': [() => sdpOf('obs-publish'), 'unusable', /new offer with POST/],
  'no user': [(text) => text.replace(/a=ice-ufrag.*\r\n/, ''), 'malformed', /ice-ufrag is missing/],
  'no password': [(text) => text.replace(/a=ice-pwd.*\r\n/, ''), 'malformed', /ice-pwd is missing/],
  'a user of three characters': [(text) => text.replace('ab+/', 'ab+'), 'malformed', /4 to 256/],
  'a password cut short': [(text) => text.replace('pwd:0123', 'pwd:'), 'malformed', /22 to 256/],
  'another user for a section': [
    (text) => text.replace('a=mid:0', 'a=mid:0\r\na=ice-ufrag:wxyz'),
    'unusable',
    /two a=ice-ufrag.*send one/,
  ],
  'another password for a section': [
    (text) => text.replace('a=mid:0', 'a=mid:0\r\na=ice-pwd:abcdefghijklmnopqrstuv'),
    'unusable',
    /two a=ice-pwd/,
  ],
  'an empty mid': [(text) => text.replace('a=mid:0', 'a=mid:'), 'malformed', /m-section 0 \(audio\): a=mid is empty/],
  'a candidate of no section': [
    (text) => text.replace(/m=.*\r\na=mid:0\r\n/, ''),
    'malformed',
    /before the first m= line.*Put it below/,
  ],
  'a candidate cut off': [
    (text) => text.replace(/ typ srflx.*/, ' typ'),
    'malformed',
    /no candidate: .*port typ type"/,
  ],
  'a port of six digits': [(text) => text.replace('50001', '500010'), 'malformed', /no candidate/],
  'a port that is too large': [(text) => text.replace('50001', '70000'), 'malformed', /no candidate/],
  'an m= line without formats': [(text) => text.replace('SAVPF 111', 'SAVPF'), 'malformed', /Line 3 is not "m=media/],
  'more sections than any offer': [(text) => text + 'm=audio 9 RTP/AVP 0\r\n'.repeat(16), 'malformed', /17 m= lines/],
  'too many lines': [(text) => text + 'a=x\r\n'.repeat(3000), 'malformed', /3007 lines/],
  'a line too long': [(text) => `${text}a=${'x'.repeat(3000)}`, 'malformed', /Line 8 is longer/],
};
for (const [name, [change, kind, says]] of Object.entries(faults))
  test(`${name}: ${kind}, and the message says what is wrong`, () =>
    assert.throws(
      () => iceFragment(fragment(change)),
      (error: unknown) => {
        assert.ok(error instanceof SdpError, String(error));
        assert.match(error.message, says);
        assert.equal(error.kind, kind);
        return true;
      },
    ));

const local = {
  iceUfrag: 'usr+',
  icePwd: 'secretsecretsecretsecret',
  candidates: [
    { address: '192.0.2.7', port: 7001 },
    { address: '2001:db8::7', port: 7001 },
  ],
};

test('the answer to a restart has new credentials and the candidates, and keeps what else was said of ICE (C-22)', () => {
  const text = restartFragment(local, { kind: 'audio', mid: '0' });
  assert.ok(text.endsWith('\r\n'));
  const { media } = negotiatePublish(offer(sdpOf('obs-publish'), 'send'), ['H264', 'Opus']);
  const answered = answer(media, { ...local, fingerprint: 'sha-256 AB', setup: 'passive' }, 1).split('\r\n');
  const ofIce = (lines: readonly string[]) =>
    new Set(lines.filter((line) => /^a=(ice-|candidate|end-of-candidates)/.test(line)));
  assert.deepEqual(ofIce(text.split('\r\n')), ofIce(answered));
});

test('what we write is read back the same', () => {
  assert.deepEqual(iceFragment(restartFragment(local, { kind: 'video', mid: 'v-1' })), {
    iceUfrag: local.iceUfrag,
    icePwd: local.icePwd,
    mids: ['v-1'],
    candidates: [
      { foundation: '1', priority: 2130706431, address: '192.0.2.7', port: 7001, type: 'host' },
      { foundation: '2', priority: 2130706175, address: '2001:db8::7', port: 7001, type: 'host' },
    ],
    isComplete: true,
  });
});
