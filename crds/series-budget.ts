import type { Family, LabelValues } from './metric-family.ts';
import { serverMetric } from './metrics.ts';

/** Statuses that a server pod answers with on its public port, and 499 for a client that did not wait. */
export const statusCodes = [
  200, 201, 204, 308, 400, 401, 403, 404, 405, 406, 409, 412, 413, 415, 422, 428, 429, 499, 500, 503,
] as const;

/** How many series there are at most: those of a pod without rooms, and those that each room adds. */
export interface SeriesBudget {
  readonly pod: number;
  readonly perRoom: number;
}

/**
 * The most series that a server pod can ever have, `process_*` and `nodejs_*` aside: each label with each of its values.
 * What no room has been asked for yet is not there, so that idle rooms have a small part of it.
 */
export function seriesBudget(): SeriesBudget {
  const families = Object.values<Family>(serverMetric);
  const total = (wanted: readonly Family[]) => wanted.reduce((sum, family) => sum + series(family), 0);
  const isOfRoom = ({ labels }: Family) => Object.values(labels).includes('Rooms');
  return { pod: total(families), perRoom: total(families.filter(isOfRoom)) };
}

/** Of a family, with one room. A family of rooms has them without a room as well, for requests to rooms that are not. */
const series = ({ labels, buckets }: Family) =>
  Object.values(labels).reduce((product, values) => product * count(values), 1) * (buckets ? buckets.length + 3 : 1);

const count = (values: LabelValues) => {
  if (values === 'StatusCodes') return statusCodes.length;
  return typeof values === 'string' ? 1 : values.length;
};
