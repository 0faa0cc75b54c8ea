/**
 * What is told of a metric family: its name, what it counts, its labels and the values that they can take. The server
 * builds its metrics from this, and alerts and the reference name them through it, so none of the three can be behind the
 * others. Base units; a label's values are bounded, so never a session or an address.
 */

/** Values of a label: those written down, or one for each room, namespace with rooms, HTTP status, release, or API server. */
export type LabelValues = readonly string[] | 'Rooms' | 'StatusCodes' | 'Release' | 'Namespaces' | 'ApiServer';

export interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: Readonly<Record<string, LabelValues>>;
  /** Upper bounds of a histogram's buckets, without +Inf. */
  readonly buckets?: readonly number[];
}

/** The labels of one series of a family, as its writer gives them. */
export type LabelsOf<F extends Family> = {
  readonly [L in keyof F['labels']]: F['labels'][L] extends readonly (infer V)[] ? V : string;
};

/** Labels that several families share. */
export const clients = ['publisher', 'subscriber'] as const;
export const kinds = ['audio', 'video'] as const;
export const directions = ['in', 'out'] as const;
export const room = { room: 'Rooms' } as const;
export const none = {} as const;
