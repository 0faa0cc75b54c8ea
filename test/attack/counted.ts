import { series } from '#test/server/series.ts';
import type { ServerProcess } from '#test/server/server-process.ts';

/** What a server tells of itself, as far as an attack should show in it. */
export interface Counts {
  /** Datagrams, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
  /** Requests. */
  readonly refused: number;
  /** Of publishers. */
  readonly keyFramesAsked: number;
  /** Packets that viewers asked for again, those of them that they were refused, and those that were sent. */
  readonly askedAgain: number;
  readonly notRepeated: number;
  readonly repeated: number;
  /** Estimates of links, each about once a second for a viewer that tells of its own. */
  readonly estimates: number;
  readonly rssMB: number;
  /** On the clock of `performance.now`. */
  readonly atMs: number;
}

const names = {
  keyFramesAsked: 'live_rtcp_feedback_total{type="pli",direction="out"}',
  askedAgain: 'live_rtcp_nacked_packets_total{direction="in"}',
  repeated: 'live_rtp_packets_by_direction_total{direction="out",transmission="retransmission"}',
  estimates: 'live_bandwidth_estimate_bytes_per_second_count',
  rss: 'process_resident_memory_bytes',
} as const;

/** A function that reads them anew. */
export const counted = (server: Pick<ServerProcess, 'metrics'>) => async (): Promise<Counts> => {
  const text = await server.metrics();
  const one = (name: string): number => {
    const value = series(text, /^/)[name];
    if (value === undefined) throw new Error(`there is no ${name}`);
    return value;
  };
  const sum = (pattern: RegExp): number => Object.values(series(text, pattern)).reduce((a, b) => a + b, 0);
  const dropped = Object.entries(series(text, /^live_datagrams_dropped_total/));
  return {
    dropped: Object.fromEntries(dropped.map(([name, value]) => [/reason="(\w+)"/.exec(name)?.[1] ?? '', value])),
    refused: sum(/^live_requests_refused_total/),
    keyFramesAsked: one(names.keyFramesAsked),
    askedAgain: one(names.askedAgain),
    notRepeated: sum(/^live_rtcp_nacked_packets_refused_total/),
    repeated: one(names.repeated),
    estimates: one(names.estimates),
    rssMB: one(names.rss) / 1e6,
    atMs: performance.now(),
  };
};
