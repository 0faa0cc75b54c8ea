import { httpMetric } from '#crds/http-metrics.ts';
import { clients } from '#crds/metric-family.ts';
import { sessionMetric } from '#crds/session-metrics.ts';
import type { Meter } from '../meter.ts';
import { connectionFailure, joinStates, joins } from '../session/joins.ts';
import type { Families } from './families.ts';

type Operation = (typeof httpMetric.operations.labels.operation)[number];

/** How clients come in, how long each step takes them, and what of it fails. */
export function joinMetrics(families: Families): readonly Partial<Meter>[] {
  const joined = families.counter(sessionMetric.joins);
  const joinTime = families.histogram(sessionMetric.joinTime);
  const startTime = families.histogram(sessionMetric.startTime);
  const firstFrameTime = families.histogram(sessionMetric.timeToFirstFrame);
  for (const client of clients) {
    for (const state of sessionMetric.joins.labels.state) joined.inc({ client, state }, 0);
    for (const time of [joinTime, startTime, firstFrameTime]) time.zero({ client });
  }
  const times: Partial<Meter> = {
    answered: (request, { status, seconds }) => {
      const client = joins(request);
      if (client !== undefined && status === 201) joinTime.observe({ client }, seconds);
    },
    reached: ({ role: client }, step, { sinceAsked }) => {
      if (step === 'Media') startTime.observe({ client }, sinceAsked);
      if (step === 'FirstFrame') firstFrameTime.observe({ client }, sinceAsked);
    },
  };
  return [joinStates((client, state) => joined.inc({ client, state })), times, operationMetrics(families)];
}

/** Offers that cannot be read or answered are failures; those that a room refuses are not. */
const failedOffers = new Set([400, 413, 415, 422]);

function operationMetrics(families: Families): Partial<Meter> {
  const { operation: operations, result: results } = httpMetric.operations.labels;
  const counter = families.counter(httpMetric.operations);
  for (const operation of operations) for (const result of results) counter.inc({ operation, result }, 0);
  const done = (operation: Operation, isDone: boolean) =>
    counter.inc({ operation, result: isDone ? 'success' : 'failure' });
  return {
    answered: (request, { status }) => {
      if (joins(request) === undefined) return;
      if (status === 201 || failedOffers.has(status)) done('Offer', status === 201);
      if (status === 201 || status >= 500) done('Answer', status === 201);
    },
    reached: (_session, step) => {
      if (step === 'IceConnected') done('Ice', true);
      if (step === 'DtlsConnected') done('Dtls', true);
      if (step === 'Media') done('Join', true);
    },
    ended: (_session, { reason, last }) => {
      const failure = connectionFailure(reason, last);
      if (failure === 'Timeout') done('Ice', false);
      if (failure === 'DtlsFailed') done('Dtls', false);
      if (failure !== undefined && last !== 'Media' && last !== 'FirstFrame') done('Join', false);
    },
  };
}
