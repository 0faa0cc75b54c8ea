import { parse } from 'yaml';
import { podSettings } from '#crds/contract.ts';
import { durationMs } from './build/duration.ts';
import { defaultTiming } from './cluster/lease/leader-election.ts';
import type { ElectionTiming } from './cluster/lease/lease-hold.ts';
import { defaultRate } from './cluster/queue/token-bucket.ts';
import type { Config } from './config.ts';
import { baseURL, ConfigError, fields, isOn, mapping, stringLike, texts } from './config-fields.ts';
import { defaultsProblem, type SpecDefaults } from './spec-defaults.ts';

/** The configuration in a YAML text. Throws ConfigError. */
export function configFrom(text: string): Config {
  const scope = ['id', 'namespaces', 'defaults'];
  const parts = ['publicURL', 'images', 'hostPorts', 'rollouts', 'networkPolicy', 'monitoring', 'tracing', 'podEnv'];
  const root = fields('the file', yaml(text), [...parts, 'apiRequests', 'leaderElection', ...scope]);
  const images = fields('images', root['images'], ['sfu']);
  const known = ['labels', 'interval', 'scrapeAnnotations', 'runbookURL'];
  const monitoring = fields('monitoring', root['monitoring'] ?? {}, known);
  return {
    ...scopeOf(root),
    ...(root['publicURL'] === undefined ? {} : { publicURL: baseURL('publicURL', root['publicURL']) }),
    images: { sfu: stringLike('images.sfu', images['sfu'], /^\S+$/, 'must be an image') },
    hostPorts: portRange(root['hostPorts'] ?? { from: 7000, to: 7999 }),
    rollouts: rollouts(root['rollouts'] ?? {}),
    apiRequests: requestRate(root['apiRequests'] ?? {}),
    leaderElection: electionTiming(root['leaderElection'] ?? {}),
    networkPolicy: networkPolicy(root['networkPolicy'] ?? {}),
    monitoring: {
      labels: texts('monitoring.labels', monitoring['labels'] ?? {}),
      interval: stringLike('monitoring.interval', monitoring['interval'] ?? '10s', /^\d+(ms|s|m)$/, 'must be like 10s'),
      scrapeAnnotations: isOn('monitoring.scrapeAnnotations', monitoring['scrapeAnnotations']) ? 'Enabled' : 'Disabled',
      ...(monitoring['runbookURL'] ? { runbookURL: baseURL('monitoring.runbookURL', monitoring['runbookURL']) } : {}),
    },
    ...(root['tracing'] === undefined ? {} : { tracing: tracing(root['tracing']) }),
    ...(root['podEnv'] === undefined ? {} : { podEnv: texts('podEnv', fields('podEnv', root['podEnv'], podSettings)) }),
  };
}

/** Names of namespaces, and values of a label that are. */
const isName = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** Which rooms are ours, and what they get. Empty is as good as absent. */
function scopeOf({
  id,
  namespaces,
  defaults,
}: Record<string, unknown>): Pick<Config, 'id' | 'namespaces' | 'defaults'> {
  const names = namespaces ?? [];
  if (!Array.isArray(names)) throw new ConfigError('namespaces', 'must be a list');
  return {
    ...(id ? { id: stringLike('id', id, isName, 'must consist of a-z, 0-9 and -, at most 63') } : {}),
    ...(names.length > 0 && {
      namespaces: [...new Set(names.map((name, i) => stringLike(`namespaces[${i}]`, name, isName, 'must be a name')))],
    }),
    ...(defaults === undefined ? {} : { defaults: specDefaults(defaults) }),
  };
}

function specDefaults(value: unknown): SpecDefaults {
  const found = defaultsProblem(value);
  if (found !== undefined) throw new ConfigError(found.field, found.problem);
  return value as SpecDefaults;
}

function yaml(text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new ConfigError('the file', `is no YAML: ${error instanceof Error ? error.message : error}`);
  }
}

function tracing(value: unknown): NonNullable<Config['tracing']> {
  const { endpoint, protocol, samplingRatio } = fields('tracing', value, ['endpoint', 'protocol', 'samplingRatio']);
  if (protocol !== undefined && protocol !== 'grpc' && protocol !== 'http')
    throw new ConfigError('tracing.protocol', 'must be grpc or http');
  const isRatio = /^(0([.][0-9]{1,6})?|1([.]0{1,6})?)$/;
  return {
    ...(endpoint === undefined ? {} : { endpoint: baseURL('tracing.endpoint', endpoint) }),
    ...(protocol === undefined ? {} : { protocol }),
    ...(samplingRatio === undefined
      ? {}
      : { samplingRatio: stringLike('tracing.samplingRatio', samplingRatio, isRatio, 'must be like "0.1"') }),
  };
}

/** What Kubernetes gives to Services on every node, unless told otherwise; whoever has one gets the packets of our pods. */
const nodePorts = { from: 30_000, to: 32_767 } as const;

function portRange(value: unknown): Config['hostPorts'] {
  const { from, to } = fields('hostPorts', value, ['from', 'to']);
  const isPort = (port: unknown): port is number =>
    Number.isInteger(port) && Number(port) >= 1024 && Number(port) < 65536;
  if (!isPort(from) || !isPort(to)) throw new ConfigError('hostPorts', 'from and to must be ports, 1024 to 65535');
  if (from > to) throw new ConfigError('hostPorts', `from (${from}) is above to (${to})`);
  if (from <= nodePorts.to && to >= nodePorts.from)
    throw new ConfigError(
      'hostPorts',
      `must keep out of ${nodePorts.from} to ${nodePorts.to}, the node ports of Services`,
    );
  return { from, to };
}

function requestRate(value: unknown): Config['apiRequests'] {
  const { perSecond, burst } = { ...defaultRate, ...fields('apiRequests', value, ['perSecond', 'burst']) };
  const isRate = (rate: unknown): rate is number =>
    Number.isInteger(rate) && Number(rate) > 0 && Number(rate) <= 10_000;
  if (!isRate(perSecond) || !isRate(burst))
    throw new ConfigError('apiRequests', 'perSecond and burst must be integers, 1 to 10000');
  return { perSecond, burst };
}

function electionTiming(value: unknown): ElectionTiming {
  const name = 'leaderElection';
  const given = fields(name, value, ['leaseDuration', 'renewDeadline', 'retryPeriod']);
  const ms = (field: string, otherwise: number) =>
    given[field] === undefined
      ? otherwise
      : durationMs(stringLike(`${name}.${field}`, given[field], /^([0-9]{1,5}(ms|s|m))+$/, 'must be like 15s'));
  const leaseMs = ms('leaseDuration', defaultTiming.leaseMs);
  const renewMs = ms('renewDeadline', defaultTiming.renewMs);
  const retryMs = ms('retryPeriod', defaultTiming.retryMs);
  if (leaseMs === 0 || leaseMs % 1000 !== 0) throw new ConfigError(`${name}.leaseDuration`, 'must be whole seconds');
  if (retryMs === 0 || retryMs >= renewMs || renewMs >= leaseMs)
    throw new ConfigError(name, 'retryPeriod must be below renewDeadline, and that below leaseDuration');
  return { leaseMs, renewMs, retryMs };
}

function rollouts(value: unknown): Config['rollouts'] {
  const { maxConcurrent = 5 } = fields('rollouts', value, ['maxConcurrent']);
  if (!Number.isInteger(maxConcurrent) || Number(maxConcurrent) < 1)
    throw new ConfigError('rollouts.maxConcurrent', 'must be a whole number of at least 1');
  return { maxConcurrent: Number(maxConcurrent) };
}

function networkPolicy(value: unknown): Config['networkPolicy'] {
  const { mode = 'Enabled', internalFrom = [] } = fields('networkPolicy', value, ['mode', 'internalFrom']);
  const name = 'networkPolicy.internalFrom';
  if (!Array.isArray(internalFrom)) throw new ConfigError(name, 'must be a list of peers as in a NetworkPolicy');
  return {
    mode: isOn('networkPolicy.mode', mode) ? 'Enabled' : 'Disabled',
    internalFrom: internalFrom.map((peer, i) => mapping(`${name}[${i}]`, peer)),
  };
}
