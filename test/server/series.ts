/** The value of one series in the text format, such as `live_subscribers{room="a"}`; undefined when it is not there. */
export function seriesValue(text: string, series: string): number | undefined {
  const line = text.split('\n').find((each) => each.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}
