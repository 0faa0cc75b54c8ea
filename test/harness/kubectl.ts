import { execFile } from 'node:child_process';
import { established } from '#local/established.ts';
import type { ClientConfig } from '#operator/cluster/client/client.ts';
import { ask, asked } from './asked.ts';

/** What a command answered. `code` is its exit code. */
export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Kubectl {
  /** Runs kubectl and never rejects: for commands that are meant to be refused. */
  try(args: readonly string[], input?: string): Promise<Answer>;
  /** Runs kubectl and resolves to its output; rejects with its error output when it fails. */
  run(args: readonly string[], input?: string): Promise<string>;
  /** `kubectl get … -o json`, parsed; undefined when there is no such object. */
  get<T>(...args: string[]): Promise<T | undefined>;
  /** `kubectl apply -f -` of one object. */
  apply(object: object): Promise<void>;
}

/**
 * The real kubectl against one cluster. Where its API server is known, too, `get` asks that itself for the kinds that tests
 * wait for: a process for each look would take a tenth of their CPU.
 */
export function kubectl(file: string, kubeconfig: string, server?: ClientConfig): Kubectl {
  const attempt: Kubectl['try'] = (args, input) =>
    new Promise((resolve) => {
      const child = execFile(
        file,
        ['--kubeconfig', kubeconfig, ...args],
        { maxBuffer: 64 * 1024 * 1024, timeout: 60_000 },
        (error, stdout, stderr) => resolve({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr }),
      );
      child.stdin?.end(input ?? '');
    });
  const run: Kubectl['run'] = async (args, input) => {
    const { code, stdout, stderr } = await attempt(args, input);
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr.trim()}`);
    return stdout;
  };
  return {
    try: attempt,
    run,
    get: async <T>(...args: string[]) => {
      const known = asked(args);
      if (server !== undefined && known !== undefined) return await ask<T>(server, known);
      const out = await run(['get', ...args, '-o', 'json', '--ignore-not-found']);
      return out.trim() === '' ? undefined : (JSON.parse(out) as T);
    },
    apply: async (object) => {
      await run(['apply', '-f', '-'], JSON.stringify(object));
    },
  };
}

/** Waits until the API server serves the kinds, such as `crd/liverooms.liveroom.dev`. */
export const served = (kube: Pick<Kubectl, 'run'>, ...kinds: readonly string[]): Promise<void> =>
  established((args) => kube.run(args), kinds, { signal: AbortSignal.timeout(20_000), deadlineMs: 20_000 });
