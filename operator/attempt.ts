import type { Span, Tracer } from '#tracing/tracer.ts';
import type { Outcome } from './cluster/queue.ts';
import { outcomeOf } from './errors.ts';
import type { Log } from './log.ts';
import type { Controller, ReconcileMeter, ReconcileResult } from './metrics/reconciles.ts';

export interface AttemptOptions {
  readonly reconcile: Readonly<Record<Controller, (key: string) => Promise<Outcome>>>;
  readonly meter: ReconcileMeter;
  readonly tracer: Tracer;
  readonly log: Log;
}

/** One reconcile as the queue runs it: counted, traced, and with its failure as an outcome. */
export function attempt({ reconcile, meter, tracer, log }: AttemptOptions): (key: string) => Promise<Outcome> {
  async function run(key: string, controller: Controller, span: Span): Promise<Outcome> {
    const counted = meter(controller);
    const ended = (result: ReconcileResult) => {
      counted(result);
      span.set({ result });
    };
    try {
      const outcome = await reconcile[controller](key);
      const isLater = outcome.kind === 'done' && outcome.againInMs !== undefined;
      ended(isLater ? 'requeue_after' : 'success');
      return outcome;
    } catch (error) {
      const outcome = outcomeOf(error);
      if (outcome.kind === 'done') {
        ended('success');
        return outcome;
      }
      ended('error');
      span.fail(error instanceof Error ? error.message : String(error));
      log.warn('reconciling failed and is tried again', { key, error });
      return outcome;
    }
  }
  return async (key) => {
    const [namespace = '', room] = key.split('/');
    const controller = room === undefined ? 'namespace' : 'liveroom';
    const attributes = { 'k8s.namespace.name': namespace, ...(room && { room }) };
    // What queued the key may have been another reconcile, which is not what this one is a part of.
    return await tracer.span(`reconcile ${controller}`, { parent: 'none', attributes }, (span) =>
      run(key, controller, span),
    );
  };
}
