import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CommandLine } from './command-line.ts';
import { afterExit, afterRefusal, afterStart, type ContainerSeen, whileRunning } from './container.ts';
import { type Health, healthChecks } from './health.ts';
import { type LogFile, logFile } from './log-file.ts';
import type { Container } from './objects.ts';
import { type ProbeResult, type ProbeTarget, runProbe } from './probe.ts';
import { type ContainerProcess, startProcess } from './process.ts';
import { terminationMessage } from './termination-message.ts';

/** How a container is to be run this time. */
export interface Launch {
  readonly command: CommandLine;
  readonly target: ProbeTarget;
}

interface Options {
  readonly container: Container;
  readonly first: ContainerSeen;
  /** For its logs and its termination message. */
  readonly directory: string;
  /** The pod's grace period. */
  readonly graceMs: number;
  readonly isEnding: () => boolean;
  readonly now: () => number;
  /** After every change of what is seen. */
  readonly onChange: () => void;
  readonly report: (type: 'Normal' | 'Warning', reason: string, message: string) => void;
}

export interface ContainerRunner {
  seen(): ContainerSeen;
  readonly terminationLog: string;
  start(launch: Launch): Promise<void>;
  /** It could not be started for a reason outside of its process. */
  refuse(reason: string, message: string, retryAt: number): void;
  /** preStop, then SIGTERM. Asked again, only an earlier `killAt` counts. */
  stop(killAt: number, why: string): void;
  kill(): void;
  /** The pod is being deleted: from now on it may be unhealthy. */
  endHealthChecks(): void;
  /** Settled when nothing of it runs. */
  ended(): Promise<void>;
  /** The output of the current, or the last, run, or of the one before. */
  log(previous: boolean): LogFile | undefined;
}

interface Run {
  readonly process: ContainerProcess;
  readonly target: ProbeTarget;
  readonly health: Health;
  readonly ended: Promise<void>;
}

/** Runs one container of one pod: its process, probes and logs, and what is known of them. */
export function containerRunner(options: Options): ContainerRunner {
  const { container, directory, graceMs, isEnding, now, onChange, report } = options;
  const terminationLog = join(directory, 'termination-log');
  let seen = options.first;
  let run: Run | undefined;
  let logs: readonly LogFile[] = [];

  const change = (next: ContainerSeen) => {
    seen = next;
    onChange();
  };

  async function start({ command, target }: Launch): Promise<void> {
    mkdirSync(directory, { recursive: true });
    writeFileSync(terminationLog, '');
    const log = logFile(join(directory, `${logs[0]?.path.endsWith('0.log') ? 1 : 0}.log`), now);
    logs = [log, ...logs.slice(0, 1)];
    const has = { startup: container.startupProbe !== undefined, readiness: container.readinessProbe !== undefined };
    seen = afterStart(seen, now(), has);
    try {
      const process = await startProcess(command, target.env, { stdout: log.stream(), stderr: log.stream() });
      const health = healthChecks({
        ...{ container, target, graceMs, isEnding },
        onFinding: (finding) => change(whileRunning(seen, finding)),
        onFailure: (message) => report('Warning', 'Unhealthy', message),
      });
      run = { process, target, health, ended: process.ended.then(onExit) };
      report('Normal', 'Started', `Container started: ${container.name}`);
    } catch (error) {
      const { message } = error as Error;
      report('Warning', 'Failed', `Container ${container.name}: ${message}`);
      log.end();
      seen = afterExit(seen, { exitCode: 128, reason: 'StartError', message }, now());
    }
    onChange();
  }

  function onExit(exitCode: number): void {
    run?.health.stop();
    run = undefined;
    const file = readFileSync(terminationLog);
    const message = terminationMessage(container, { exitCode, file, log: () => logs[0]?.lines() ?? [] });
    logs[0]?.end();
    change(afterExit(seen, { exitCode, message }, now()));
  }

  async function terminate({ process, target }: Run, killAt: number): Promise<void> {
    const result = await preStop(container, target, Math.max(0, killAt - now() - leastGraceMs));
    if (!result.succeeded) report('Warning', 'FailedPreStopHook', result.message);
    process.terminate();
  }

  return {
    terminationLog,
    seen: () => seen,
    start,
    refuse(reason, message, retryAt) {
      report('Warning', 'Failed', message);
      change(afterRefusal(seen, { reason, message }, retryAt));
    },
    stop(killAt, why) {
      if (seen.state.kind !== 'running' || run === undefined) return;
      const isFirst = seen.state.killAt === undefined;
      seen = whileRunning(seen, { killAt: Math.min(killAt, seen.state.killAt ?? killAt) });
      if (!isFirst) return;
      report('Normal', 'Killing', why);
      void terminate(run, killAt);
    },
    kill: () => run?.process.kill(),
    endHealthChecks: () => run?.health.endChecks(),
    ended: async () => await run?.ended,
    log: (previous) => logs[previous ? 1 : 0],
  };
}

/** A preStop hook leaves its process so much of the grace period (the kubelet adds it on top, v1.36). */
const leastGraceMs = 2_000;

/** Runs the container's preStop hook, if it has one, for no longer than `limitMs`. */
async function preStop({ lifecycle }: Container, target: ProbeTarget, limitMs: number): Promise<ProbeResult> {
  if (lifecycle?.preStop === undefined) return { succeeded: true, message: '' };
  const { sleep: pause, ...handler } = lifecycle.preStop;
  if (pause === undefined) return await runProbe(handler, target, limitMs);
  await sleep(Math.min(pause.seconds * 1000, limitMs));
  return { succeeded: true, message: '' };
}
