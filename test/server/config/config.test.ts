import assert from 'node:assert/strict';
import { test } from 'node:test';
import { argumentsConfig, podConfig } from '#server/config/config.ts';
import { ConfigError } from '#server/config/config-error.ts';
import { boundAt, endpoint } from '#server/config/values.ts';

const pod = { POD_IP: '10.244.1.5', ROOMS_FILE: '/etc/liveroom/room/rooms.yaml' };
const says = (message: RegExp) => (error: unknown) => error instanceof ConfigError && message.test(error.message);

test('a pod binds its own address and no other, and announces it unless a file will say', () => {
  const config = podConfig(pod);
  assert.deepEqual(config.http, { address: '10.244.1.5', port: 8080 });
  assert.deepEqual([config.internal.port, config.media.port], [9090, 7882]);
  assert.deepEqual([config.announce, config.tokensDir, config.logLevel], [undefined, undefined, 'info']);
  const full = podConfig({ ...pod, TOKENS_DIR: '/t', MEDIA_ADDRESS_FILE: '/p/media-address', LOG_LEVEL: 'debug' });
  assert.deepEqual(full.announce, { file: '/p/media-address' });
  assert.deepEqual([full.tokensDir, full.logLevel], ['/t', 'debug']);
});

test('a pod with addresses of both IP families binds its media port at both', () => {
  const at = (POD_IPS: string) => podConfig({ ...pod, POD_IPS }).media;
  assert.deepEqual(at('10.244.1.5,fd00::5'), { address: '10.244.1.5', port: 7882, alsoAt: 'fd00::5' });
  for (const one of ['10.244.1.5', '']) assert.deepEqual(at(one), { address: '10.244.1.5', port: 7882 });
});

test('whose X-Forwarded-For is believed, and how many may join: private proxies and twenty, unless something is said', () => {
  const believed = ({ proxies }: { proxies: { has(address: string): boolean } }) =>
    ['10.0.0.1', 'fd00::1', '192.0.2.1'].filter((address) => proxies.has(address));
  assert.deepEqual(believed(podConfig(pod)), ['10.0.0.1', 'fd00::1']);
  const chosen = podConfig({ ...pod, TRUSTED_PROXIES: '192.0.2.0/24, fd00::1', JOINS_PER_ADDRESS: '0' });
  assert.deepEqual(believed(chosen), ['fd00::1', '192.0.2.1']);
  assert.deepEqual(believed(podConfig({ ...pod, TRUSTED_PROXIES: '' })), []);
  assert.deepEqual([podConfig(pod).joinsPerSecondPerAddress, chosen.joinsPerSecondPerAddress], [20, 0]);
  assert.throws(() => podConfig({ ...pod, TRUSTED_PROXIES: 'nginx' }), says(/^TRUSTED_PROXIES: not an IP .*: nginx/));
  assert.throws(() => podConfig({ ...pod, JOINS_PER_ADDRESS: 'many' }), says(/^JOINS_PER_ADDRESS must be .* not many/));
});

test('what a pod is not told is named', () => {
  assert.throws(() => podConfig({ ...pod, ROOMS_FILE: '' }), says(/^ROOMS_FILE is not set/));
  assert.throws(() => podConfig({ ROOMS_FILE: 'x' }), says(/^POD_IP is not set/));
  assert.throws(() => podConfig({ ...pod, POD_IP: 'me' }), says(/POD_IP is not an IP address: me/));
  assert.throws(() => podConfig({ ...pod, LOG_LEVEL: 'loud' }), says(/LOG_LEVEL must be one of debug, info/));
});

test('by arguments, a rooms file is enough; tokens are made up anew each time', () => {
  const config = argumentsConfig(['rooms.yaml']);
  assert.deepEqual(config?.http, { address: '127.0.0.1', port: 8080 });
  assert.equal(config?.roomsFile, 'rooms.yaml');
  assert.match(config?.defaultTokens?.publish ?? '', /^[\w-]{22}$/);
  assert.notEqual(config?.defaultTokens?.publish, argumentsConfig(['rooms.yaml'])?.defaultTokens?.publish);
});

test('every option is taken, several announced addresses and IPv6 too', () => {
  const text = 'r.yaml --http [::1]:1 --internal 127.0.0.1:2 --media 0.0.0.0:3 --announce 192.0.2.1:4,[2001:db8::1]:5';
  const config = argumentsConfig([
    ...text.split(' '),
    '--publish-token',
    'x',
    '--play-token',
    'y',
    '--tokens-dir',
    'd',
  ]);
  assert.deepEqual(config?.http, { address: '::1', port: 1 });
  assert.deepEqual(config?.announce, {
    endpoints: [
      { address: '192.0.2.1', port: 4 },
      { address: '2001:db8::1', port: 5 },
    ],
  });
  assert.deepEqual([config?.defaultTokens, config?.tokensDir], [{ publish: 'x', play: 'y' }, 'd']);
});

test('a port without an address is one of this machine alone', () => {
  const config = argumentsConfig('r.yaml --http 8081 --internal 9091 --media 0'.split(' '));
  assert.deepEqual(config?.http, { address: '127.0.0.1', port: 8081 });
  assert.deepEqual(config?.internal, { address: '127.0.0.1', port: 9091 });
  assert.deepEqual(config?.media, { address: '127.0.0.1', port: 0 });
  assert.throws(
    () => argumentsConfig(['r.yaml', '--announce', '7882']),
    says(/--announce must be an IP address and a port, such as 127\.0\.0\.1:7882, not 7882$/),
  );
});

test('who takes media at all addresses says which ones clients are told', () => {
  for (const everywhere of ['0.0.0.0', '[::]', '[::ffff:0.0.0.0]', '[::ffff:0:0]', '[::%lo]']) {
    const args = ['r.yaml', '--media', `${everywhere}:7000`];
    assert.throws(
      () => argumentsConfig(args),
      says(/^--media is at all addresses of this machine: name those that clients .*--announce ADDRESS:7000$/),
    );
    assert.ok(argumentsConfig([...args, '--announce', '192.0.2.1:7000'])?.announce);
    assert.throws(
      () => argumentsConfig([...args, '--announce', `192.0.2.1:7000,${everywhere}:7000`]),
      says(/^--announce must be addresses and ports that clients can use, not .*:7000$/),
    );
  }
  assert.ok(argumentsConfig(['r.yaml', '--media', '[::ffff:127.0.0.1]:7000']));
});

test('a port that is yet to be chosen cannot be announced', () => {
  const args = ['r.yaml', '--media', '0.0.0.0:0'];
  assert.throws(
    () => argumentsConfig(args),
    says(/all addresses of this machine, and any port: name .*--media 0\.0\.0\.0:7882 --announce ADDRESS:7882$/),
  );
  assert.throws(
    () => argumentsConfig([...args, '--announce', '192.0.2.1:0']),
    says(/^--announce must be addresses and ports that clients can use, not 192\.0\.2\.1:0$/),
  );
});

test('a server ends itself when it hangs for 15 s, or as long as it is told; 0 is never', () => {
  assert.equal(podConfig(pod).hangLimitMs, 15_000);
  assert.equal(podConfig({ ...pod, HANG_LIMIT_SECONDS: '60' }).hangLimitMs, 60_000);
  assert.equal(argumentsConfig(['r.yaml', '--hang-limit', '0'])?.hangLimitMs, 0);
  for (const bad of ['1', '3601', '-5', '2.5', 'soon', ''])
    assert.throws(
      () => podConfig({ ...pod, HANG_LIMIT_SECONDS: bad }),
      says(/HANG_LIMIT_SECONDS must be 0 or 2 to/),
      bad,
    );
});

test('the processors that load is held against can be set', () => {
  assert.equal(podConfig(pod).cpuRequest, undefined);
  assert.equal(podConfig({ ...pod, CPU_REQUEST: '0.5' }).cpuRequest, 0.5);
  assert.equal(argumentsConfig(['r.yaml', '--cpu-request', '2'])?.cpuRequest, 2);
  for (const bad of ['0', '-1', '500m', '1e3', ''])
    assert.throws(() => podConfig({ ...pod, CPU_REQUEST: bad }), says(/CPU_REQUEST must be a number of proc/), bad);
});

test('help needs nothing else', () => {
  assert.equal(argumentsConfig(['--help']), undefined);
});

test('options that npm has kept to itself are refused, with the command that was meant', () => {
  const npm = { npm_config_play_token: 'true', npm_config_media: '9000', npm_config_https_proxy: 'http://proxy:3128' };
  assert.throws(() => argumentsConfig(['a', 'secret'], npm), says(/npm run sfu -- a --media … --play-token …$/));
  assert.ok(argumentsConfig(['a'], { npm_config_yes: 'true' }));
});

test('arguments that cannot be are named', () => {
  assert.throws(() => argumentsConfig([]), says(/No rooms file.*docs\/examples\/rooms\.yaml/));
  assert.throws(() => argumentsConfig(['a', 'b']), says(/what is b\?.* npm run sfu -- a …$/));
  assert.throws(() => argumentsConfig(['a', 'b', '--http', '8081']), says(/what is b\?$/));
  assert.throws(() => argumentsConfig(['a', '--http', 'x']), says(/^--http .* such as 127\.0\.0\.1:8080, not x$/));
  assert.throws(
    () => argumentsConfig(['a', '--prot', '1']),
    says(/^Unknown option '--prot'\.\n.*--help lists the options\.$/),
  );
  assert.throws(() => argumentsConfig(['a', '--http']), says(/^Option '--http <value>' argument missing\.?\n.*--help/));
  for (const bad of [
    'localhost:80',
    ':80',
    '127.0.0.1:70000',
    '127.0.0.1',
    '::1:80',
    '[127.0.0.1',
    '70000',
    '-1',
    '',
  ]) {
    assert.throws(
      () => boundAt(bad, '--http', 8080),
      says(/--http must be a port, or an IP address and a port, such/),
      bad,
    );
    assert.throws(() => endpoint(bad, '--announce'), says(/--announce must be an IP address and a port, such/), bad);
  }
  for (const bad of ['', 'two words', 'ü', 'x'.repeat(513)])
    assert.throws(
      () => argumentsConfig(['a', '--publish-token', bad]),
      says(/--publish-token must be 1 character or more, at most 512/),
      bad,
    );
  assert.throws(() => argumentsConfig(['a', '--play-token', '']), says(/is empty: left out, one is made up$/));
});
