/** The value of one series in the text format, such as `live_subscribers{room="a"}`; undefined when it is not there. */
export const seriesValue = (text: string, name: string): number | undefined => series(text, /^/)[name];

/** The series whose names match, with their values. */
export const series = (text: string, names: RegExp): Readonly<Record<string, number>> =>
  Object.fromEntries(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#') && names.test(line))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );
