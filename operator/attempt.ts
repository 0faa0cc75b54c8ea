import type { Span, Tracer } from '#tracing/tracer.ts';
import type { Outcome } from './cluster/queue/outcome.ts';
import { type Failure, failureOf, outcomeOf } from './errors.ts';
import type { ScopedLog } from './log.ts';
import type { Controller, ReconcileMeter, ReconcileResult } from './metrics/reconciles.ts';

export interface AttemptOptions {
  readonly reconcile: Readonly<Record<Controller, (key: string) => Promise<Outcome>>>;
  readonly meter: ReconcileMeter;
  readonly tracer: Tracer;
  /** Each line of a reconcile says which it is of. */
  readonly log: ScopedLog;
  /** A name for one reconcile, that no other has. */
  readonly newId?: () => string;
}

/** One reconcile as the queue runs it: counted, traced, named in the log, and with its failure as an outcome. */
export function attempt(options: AttemptOptions): (key: string) => Promise<Outcome> {
  const { reconcile, meter, tracer, log, newId = () => crypto.randomUUID() } = options;

  async function run(key: string, controller: Controller, span: Span): Promise<Outcome> {
    const counted = meter(controller);
    const ended = (result: ReconcileResult, failure?: Failure) => {
      counted(result, failure);
      span.set({ result });
      log.debug('reconciled', { result });
    };
    try {
      const outcome = await reconcile[controller](key);
      const isLater = outcome.kind === 'done' && outcome.againInMs !== undefined;
      ended(isLater ? 'requeue_after' : 'success');
      return outcome;
    } catch (error) {
      const failure = failureOf(error);
      if (failure === undefined) ended('success');
      else {
        ended('error', failure);
        span.fail(error instanceof Error ? error.message : String(error));
        log.warn('reconciling failed and is tried again', { failure, error });
      }
      return outcomeOf(error);
    }
  }

  return async (key) => {
    const [namespace = '', room] = key.split('/');
    const controller = room === undefined ? 'namespace' : 'liveroom';
    const ofRoom = { ...(room && { room }) };
    const attributes = { 'k8s.namespace.name': namespace, ...ofRoom };
    // What queued the key may have been another reconcile, which is not what this one is a part of.
    return await tracer.span(`reconcile ${controller}`, { parent: 'none', attributes }, (span) => {
      const traced = { ...(span.traceId && { trace_id: span.traceId }) };
      const fields = { controller, ...(namespace && { namespace }), ...ofRoom, reconcileID: newId(), ...traced };
      return log.within(fields, () => run(key, controller, span));
    });
  };
}
