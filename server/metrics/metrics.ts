import { Registry } from 'prom-client';
import type { HandshakeFailure, RefusalReason } from '../room/refusal.ts';
import type { Status } from '../status.ts';
import { podMetrics } from './pod.ts';
import { requestMetrics } from './requests.ts';
import { roomMetrics } from './rooms.ts';
import { rtpMetrics } from './rtp.ts';

export interface Metrics {
  /** All families in the text format, from one status read once, so that they agree with each other. */
  scrape(): Promise<{ readonly contentType: string; readonly body: string }>;
  refused(reason: RefusalReason | HandshakeFailure): void;
}

/** `look` is asked once a scrape. */
export function metrics(look: () => Promise<Status>): Metrics {
  const registry = new Registry();
  let last: Status | undefined;
  const seen = () => {
    if (last === undefined) throw new Error('metrics are collected by scrape() only');
    return last;
  };
  roomMetrics(registry, seen);
  rtpMetrics(registry, seen);
  podMetrics(registry, seen);
  const { refused } = requestMetrics(registry);
  return {
    refused,
    scrape: async () => {
      last = await look();
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
  };
}
