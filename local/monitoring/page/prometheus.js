/** What the page asks Prometheus' HTTP API, which answers under the same origin. */

/**
 * @typedef {object} Alert
 * @property {'firing' | 'pending'} state
 * @property {string} name
 * @property {string} text
 */

/**
 * @typedef {object} Row
 * @property {string} key  `namespace/room`.
 * @property {number} value
 */

/**
 * @param {string} path
 * @param {Readonly<Record<string, string>>} parameters
 * @returns {Promise<any>}
 */
async function ask(path, parameters) {
  const response = await fetch(`/api/v1/${path}?${new URLSearchParams(parameters)}`);
  if (!response.ok) throw new Error(`Prometheus answered ${response.status}.`);
  const { data } = await response.json();
  return data;
}

/**
 * The values of one series, in order of time; times without a value are gaps.
 *
 * @param {string} query
 * @param {{ readonly fromMs: number, readonly toMs: number, readonly stepMs: number }} range
 * @returns {Promise<readonly import('../../../server/http/pages/plot.js').Point[]>}
 */
export async function curveOf(query, { fromMs, toMs, stepMs }) {
  const seconds = (/** @type {number} */ ms) => String(ms / 1000);
  const range = { start: seconds(fromMs), end: seconds(toMs), step: seconds(stepMs) };
  const { result } = await ask('query_range', { query, ...range });
  const values = new Map((result[0]?.values ?? []).map((/** @type {[number, string]} */ [at, value]) => [at, value]));
  const count = Math.round((toMs - fromMs) / stepMs);
  return Array.from({ length: count + 1 }, (_, index) => {
    const atMs = fromMs + index * stepMs;
    const value = Number(values.get(atMs / 1000) ?? Number.NaN);
    return { atMs, value: Number.isFinite(value) ? value : undefined };
  });
}

/**
 * The value of each room.
 *
 * @param {string} query
 * @returns {Promise<readonly Row[]>}
 */
export async function rowsOf(query) {
  const { result } = await ask('query', { query });
  return result.map((/** @type {{ metric: Record<string, string>, value: [number, string] }} */ { metric, value }) => ({
    key: `${metric['namespace']}/${metric['room']}`,
    value: Number(value[1]),
  }));
}

/**
 * What is pending or firing, and how many alerting rules there are.
 *
 * @returns {Promise<{ readonly alerts: readonly Alert[], readonly rules: number }>}
 */
export async function alerts() {
  const { groups } = await ask('rules', { type: 'alert' });
  const rules = groups.flatMap((/** @type {{ rules: any[] }} */ group) => group.rules);
  const found = rules.flatMap((/** @type {any} */ rule) =>
    rule.alerts.map((/** @type {any} */ { state, annotations }) => ({
      state,
      name: rule.name,
      text: annotations.summary ?? annotations.description ?? '',
    })),
  );
  return { alerts: found, rules: rules.length };
}
