import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { stringify } from 'yaml';
import { configFrom } from '#operator/config-file.ts';

const good = 'images: {sfu: liveroom.dev/sfu:0.1.0}\n';

test('a configuration with an image alone has defaults for the rest', () => {
  assert.deepEqual(configFrom(good), {
    images: { sfu: 'liveroom.dev/sfu:0.1.0' },
    hostPorts: { from: 7000, to: 7999 },
    rollouts: { maxConcurrent: 5 },
    apiRequests: { perSecond: 600, burst: 1000 },
    leaderElection: { leaseMs: 15_000, renewMs: 10_000, retryMs: 2_000 },
    networkPolicy: { mode: 'Enabled', internalFrom: [] },
    monitoring: { labels: {}, interval: '10s', scrapeAnnotations: 'Disabled' },
  });
});

test('a public URL is used without its last slash', () => {
  assert.equal(configFrom(`${good}publicURL: https://live.example.com/\n`).publicURL, 'https://live.example.com');
});

test('traces of all rooms go where the configuration says', () => {
  const tracing = { endpoint: 'https://collector.example.com:4318', protocol: 'http', samplingRatio: '0.05' };
  assert.deepEqual(configFrom(`${good}tracing: ${JSON.stringify(tracing)}`).tracing, tracing);
});

test('all servers get the settings that the configuration chooses', () => {
  const podEnv = { LOG_LEVEL: 'debug', METRICS_CONST_LABELS: 'cluster=east' };
  assert.deepEqual(configFrom(`${good}podEnv: ${JSON.stringify(podEnv)}`).podEnv, podEnv);
});

const wrong: Readonly<Record<string, RegExp>> = {
  '': /the file: must be a map/,
  'images: [': /the file: is no YAML/,
  'images: {}': /images\.sfu: must be an image/,
  [`${good}hostPort: {}`]: /unknown field "hostPort"; known are .*publicURL, images, hostPorts/,
  [`${good}hostPorts: {from: 29000, to: 30000}`]: /hostPorts: must keep out of 30000 to 32767, the node ports/,
  [`${good}hostPorts: {from: 80, to: 90}`]: /hostPorts: from and to must be ports/,
  [`${good}hostPorts: {from: 8000, to: 7000}`]: /from \(8000\) is above to \(7000\)/,
  [`${good}apiRequests: {perSecond: 0}`]: /apiRequests: perSecond and burst must be integers/,
  [`${good}leaderElection: {leaseDuration: 1500ms}`]: /leaderElection\.leaseDuration: must be whole seconds/,
  [`${good}leaderElection: {leaseDuration: 8s}`]: /retryPeriod must be below renewDeadline, and that below/,
  [`${good}leaderElection: {retryPeriod: 2}`]: /leaderElection\.retryPeriod: must be like 15s/,
  [`${good}publicURL: live.example.com`]: /publicURL: must be a URL such as/,
  [`${good}monitoring: {scrapeAnnotations: yes}`]: /monitoring\.scrapeAnnotations: must be Enabled or Disabled/,
  [`${good}monitoring: {interval: 10}`]: /monitoring\.interval: must be like 10s/,
  [`${good}tracing: {endpoint: collector:4317}`]: /tracing\.endpoint: must be a URL/,
  [`${good}tracing: {protocol: http/json}`]: /tracing\.protocol: must be grpc or http/,
  [`${good}tracing: {samplingRatio: 0.1}`]: /tracing\.samplingRatio: must be like "0\.1"/,
  [`${good}tracing: {url: x}`]: /tracing: unknown field "url"/,
  [`${good}networkPolicy: {mode: Off}`]: /networkPolicy\.mode: must be Enabled or Disabled/,
  [`${good}networkPolicy: {internalFrom: monitoring}`]: /networkPolicy\.internalFrom: must be a list of peers/,
  [`${good}podEnv: {POD_IP: 10.0.0.1}`]: /podEnv: unknown field "POD_IP"; known are LOG_LEVEL/,
  [`${good}podEnv: {HANG_LIMIT_SECONDS: 5}`]: /podEnv\.HANG_LIMIT_SECONDS: must be a string/,
  [`${good}monitoring: {labels: {release: 1}}`]: /monitoring\.labels\.release: must be a string/,
  [`${good}monitoring: {runbookURL: docs}`]: /monitoring\.runbookURL: must be a URL/,
};
for (const [text, message] of Object.entries(wrong))
  test(`refuses ${JSON.stringify(text)}`, () => assert.throws(() => configFrom(text), message));

/** The configuration with these parts, read as the operator reads it. */
const read = (parts: object) => configFrom(stringify({ images: { sfu: 'liveroom.dev/sfu:0.1.0' }, ...parts }));

describe('defaults for all rooms', () => {
  test('are a part of a spec', () => {
    const defaults = {
      publish: { reconnectGrace: '1m30s', codecs: ['H264', 'Opus'] },
      play: { maxSubscribers: 100 },
      drain: { timeout: '5m' },
      monitoring: { alerts: { publisherExpected: 'Always' } },
      pod: {
        resources: { requests: { cpu: '250m', memory: '256Mi' }, limits: { cpu: 2 } },
        nodeSelector: { pool: 'media' },
        tolerations: [{ key: 'media', operator: 'Exists' }],
      },
    };
    assert.deepEqual(read({ defaults }).defaults, defaults);
  });

  const wrong: Readonly<Record<string, readonly [unknown, string]>> = {
    'no map': ['none', 'defaults: must be of type object'],
    'a misspelt field': [{ play: { maxSubscriber: 1 } }, 'defaults.play: unknown field "maxSubscriber"; known are'],
    'a text for a number': [{ play: { maxSubscribers: '5' } }, 'defaults.play.maxSubscribers: must be of type integer'],
    'a number that is too high': [
      { play: { maxSubscribers: 100_001 } },
      'defaults.play.maxSubscribers: must be at most 100000',
    ],
    'a number that is too low': [{ play: { maxSubscribers: -1 } }, 'defaults.play.maxSubscribers: must be at least 0'],
    'a word that is none of the choices': [
      { publish: { onConflict: 'Fight' } },
      'defaults.publish.onConflict: must be one of Reject, TakeOver',
    ],
    'an empty list': [{ publish: { codecs: [] } }, 'defaults.publish.codecs: must be at least 1 items'],
    'an item without the one that it needs': [
      { publish: { codecs: ['H264', 'RED'] } },
      'defaults.publish.codecs: must have Opus where it has RED',
    ],
    'an item that is wrong': [{ publish: { codecs: ['VP7'] } }, 'defaults.publish.codecs[0]: must be one of'],
    'what is no duration': [{ drain: { timeout: 'soon' } }, 'defaults.drain.timeout: must match'],
    'a duration out of bounds': [{ drain: { timeout: '25h' } }, 'defaults.drain.timeout: must be between 0s and 24h'],
    'an amount that is none': [
      { pod: { resources: { limits: { cpu: 'much' } } } },
      'defaults.pod.resources.limits.cpu: must match',
    ],
    'a part of what belongs together': [
      { publish: { auth: { secretRef: { name: 'a' } } } },
      'defaults.publish.auth.secretRef.key: is required',
    ],
    'what the API server fills in': [
      { network: { media: { mode: 'ClusterOnly' } } },
      'defaults.network.media.mode: cannot be a default',
    ],
    'a mode of access': [{ play: { auth: { mode: 'None' } } }, 'defaults.play.auth.mode: cannot be a default'],
    'what has its own place': [
      { tracing: { endpoint: 'http://a' } },
      'defaults.tracing: is set for all rooms by tracing',
    ],
  };
  for (const [what, [defaults, says]] of Object.entries(wrong))
    test(`refuse ${what}, and name the field`, () =>
      assert.throws(
        () => read({ defaults }),
        ({ message }: Error) => message.startsWith(`configuration: ${says}`),
      ));
});

describe('which rooms are ours', () => {
  test('is told by an id and by namespaces, and empty ones say nothing', () => {
    assert.partialDeepStrictEqual(read({ id: 'canary', namespaces: ['a', 'b', 'a'] }), {
      id: 'canary',
      namespaces: ['a', 'b'],
    });
    const config = read({ id: '', namespaces: [] });
    assert.ok(!('id' in config) && !('namespaces' in config));
  });

  const wrong: Readonly<Record<string, readonly [object, RegExp]>> = {
    'an id that no label can have': [{ id: 'my operator' }, /configuration: id: must consist of/],
    'namespaces that are no list': [{ namespaces: 'a' }, /configuration: namespaces: must be a list/],
    'a namespace that cannot be': [{ namespaces: ['a', 'B'] }, /configuration: namespaces\[1\]: must be a name/],
  };
  for (const [what, [parts, says]] of Object.entries(wrong))
    test(`refuses ${what}`, () => assert.throws(() => read(parts), says));
});
