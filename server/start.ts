import { appName, env as envName } from '#crds/contract.ts';
import { startTracing, type Tracing } from '#tracing/start.ts';
import { argumentsConfig, podConfig } from './config/config.ts';
import { ConfigError } from './config/config-error.ts';
import { usage } from './config/options.ts';
import { portProblem } from './config/port-problem.ts';
import { jsonLog, type Log } from './log.ts';
import type { SessionMeter } from './meter.ts';
import type { MetricsRegistry } from './metrics/exposition.ts';
import type { Clock } from './room/rooms.ts';
import { type Server, startServer } from './server.ts';
import { announcer } from './settings/room-urls.ts';
import { type Settings, SettingsError } from './settings/settings.ts';

/** What a process is given: arguments without the program's own, environment, and where to write. */
export interface Surroundings {
  readonly args: readonly string[];
  /** The process's own, where OpenTelemetry looks for its settings. */
  readonly env: NodeJS.ProcessEnv;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** Media cannot flow any more; the log says why. */
  readonly onFatal: () => void;
  /** For whoever embeds the server: called once with the registry (`MetricsOptions`), to put metrics of theirs beside ours. */
  readonly onMetrics?: (registry: MetricsRegistry) => void;
  /** For them, too: hears of rooms and sessions as they begin, come further and end. What it throws stands in the log. */
  readonly listener?: Partial<SessionMeter>;
}

/** `tracing` is to be stopped after the server, so that its last spans are sent. */
export interface Started {
  readonly server: Server;
  readonly log: Log;
  readonly tracing: Tracing;
}

const clock: Clock = {
  now: Date.now,
  after: (ms, call) => {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};

/** Errors that say all there is to say: what was asked for cannot be, or the system refuses it. */
export const isExplained = (error: unknown): error is Error =>
  error instanceof ConfigError || error instanceof SettingsError || (error instanceof Error && 'syscall' in error);

/** Starts a server; undefined when only help was asked for. Rejects with the reason when it cannot start. */
export async function start(given: Surroundings): Promise<Started | undefined> {
  // A pod has no arguments, and its rooms file in the environment.
  const isPod = given.args.length === 0 && given.env[envName.roomsFile] !== undefined;
  const config = isPod ? podConfig(given.env) : argumentsConfig(given.args, given.env);
  if (config === undefined) {
    given.stdout(usage);
    return undefined;
  }
  // Logs are what a pod says; what a person wants to see is the URLs.
  const audit = isPod ? given.stdout : given.stderr;
  const log = jsonLog(config.logLevel, audit, () => new Date());
  const onFatal = (error: Error) => {
    log.error('the media thread failed', { error: error.stack });
    given.onFatal();
  };
  const tell = announcer(given.stdout);
  const onSettings = isPod ? () => {} : (settings: Settings, { http }: Server['local']) => tell(settings, http);
  const tracing = await startTracing({ env: given.env, service: appName.sfu, log });
  const { onMetrics, listener } = given;
  const embedded = { ...(onMetrics && { onMetrics }), ...(listener && { listener }) };
  const server = await startServer({
    config,
    log,
    audit,
    clock,
    tracer: tracing.tracer,
    onSettings,
    onFatal,
    ...embedded,
  }).catch(async (error: unknown) => {
    const problem = isPod ? undefined : await portProblem(error, config, given.args);
    throw problem === undefined ? error : new ConfigError(problem, { cause: error });
  });
  return { server, log, tracing };
}
