import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { configFrom } from '#operator/config-file.ts';
import { jsonLog } from '#operator/log.ts';

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

test('the log is JSON lines of its level and above, with errors by their message', () => {
  const lines: string[] = [];
  const log = jsonLog({ level: 'warn', write: (line) => lines.push(line), now: () => 0 });
  log.info('not this');
  log.warn('this', { error: new Error('broken'), key: 'a' });
  assert.deepEqual(
    lines.map((line) => JSON.parse(line)),
    [{ time: '1970-01-01T00:00:00.000Z', level: 'warn', message: 'this', error: 'broken', key: 'a' }],
  );
});

describe('the program', () => {
  let dir: string;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'liveroom-start-'));
    await writeFile(join(dir, 'good.yaml'), good);
    await writeFile(join(dir, 'bad.yaml'), 'images: {}');
  });
  after(() => rm(dir, { recursive: true }));

  const start = (env: Record<string, string>, ...args: string[]) =>
    new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
      const file = join(import.meta.dirname, '../../operator/main.ts');
      execFile(process.execPath, [file, ...args], { env }, (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
      );
    });

  test('--help says what it reads', async () => {
    const { code, stdout } = await start({}, '--help');
    assert.equal(code, 0);
    assert.match(stdout, /CONFIG_FILE .* \(required\)/);
  });

  const failures: Readonly<Record<string, readonly [(dir: string) => Record<string, string>, RegExp]>> = {
    'without CONFIG_FILE': [() => ({}), /CONFIG_FILE is not set/],
    'without the file': [() => ({ CONFIG_FILE: '/nowhere.yaml' }), /CONFIG_FILE: .*\/nowhere\.yaml/],
    'with a bad file': [(at) => ({ CONFIG_FILE: join(at, 'bad.yaml') }), /images\.sfu/],
    'with a bad level': [(at) => ({ CONFIG_FILE: join(at, 'good.yaml'), LOG_LEVEL: 'loud' }), /LOG_LEVEL is loud/],
    'outside a cluster': [(at) => ({ CONFIG_FILE: join(at, 'good.yaml') }), /KUBERNETES_SERVICE_HOST is not set/],
    'without an account': [
      (at) => ({
        CONFIG_FILE: join(at, 'good.yaml'),
        KUBERNETES_SERVICE_HOST: '127.0.0.1',
        KUBERNETES_SERVICE_PORT: '1',
        SERVICEACCOUNT_DIR: '/nowhere',
      }),
      /\/nowhere\/ca\.crt/,
    ],
  };
  for (const [name, [env, message]] of Object.entries(failures))
    test(`ends ${name}, and says so in one line`, async () => {
      const { code, stderr } = await start(env(dir));
      assert.equal(code, 1);
      assert.match(stderr, message);
      assert.equal(stderr.trim().split('\n').length, 1);
    });
});
