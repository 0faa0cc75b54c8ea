/** A time series at one moment. */
export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

interface Answer {
  readonly status: 'success' | 'error';
  readonly error?: string;
  readonly data: { readonly result: readonly { metric: Record<string, string>; value: [number, string] }[] };
}

/** What PromQL gives now. `url` is where Prometheus answers. Throws with what Prometheus says of the query. */
export async function query(url: string, promql: string): Promise<readonly Sample[]> {
  const response = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query: promql })}`);
  const text = await response.text();
  if (!response.headers.get('content-type')?.startsWith('application/json')) throw new Error(`Prometheus: ${text}`);
  const { status, error, data } = JSON.parse(text) as Answer;
  if (status !== 'success') throw new Error(`${promql}: ${error}`);
  return data.result.map(({ metric, value: [, value] }) => ({ metric, value: Number(value) }));
}
