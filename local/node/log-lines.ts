/** What `kubectl logs` may ask for, as far as it decides which lines are shown. */
export interface LogQuery {
  readonly follow: boolean;
  readonly previous: boolean;
  readonly timestamps: boolean;
  /** Only the last so many lines. */
  readonly tailLines?: number;
  /** Only lines since that time, in milliseconds since the epoch. */
  readonly sinceMs?: number;
  readonly limitBytes?: number;
}

export function logQuery(parameters: URLSearchParams, now: number): LogQuery {
  const count = (name: string) => {
    const text = parameters.get(name);
    return text === null || !/^\d+$/.test(text) ? undefined : Number(text);
  };
  const isSet = (name: string) => parameters.get(name) === 'true' || parameters.get(name) === '1';
  const sinceSeconds = count('sinceSeconds');
  const sinceTime = Date.parse(parameters.get('sinceTime') ?? '');
  const sinceMs = sinceSeconds === undefined ? sinceTime : now - sinceSeconds * 1000;
  const tailLines = count('tailLines');
  const limitBytes = count('limitBytes');
  return {
    follow: isSet('follow'),
    previous: isSet('previous'),
    timestamps: isSet('timestamps'),
    ...(tailLines === undefined ? {} : { tailLines }),
    ...(Number.isNaN(sinceMs) ? {} : { sinceMs }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
  };
}

/** The lines of a log (each `<RFC 3339 time> <text>`) that a query asks for. */
export function selectedLines(lines: readonly string[], { tailLines, sinceMs }: LogQuery): readonly string[] {
  const recent = sinceMs === undefined ? lines : lines.filter((line) => Date.parse(timeOf(line)) >= sinceMs);
  return tailLines === undefined ? recent : recent.slice(Math.max(0, recent.length - tailLines));
}

/** A line as it is shown: with its newline, and its time only if asked for. */
export const shownLine = (line: string, { timestamps }: LogQuery): string =>
  `${timestamps ? line : line.slice(line.indexOf(' ') + 1)}\n`;

const timeOf = (line: string) => line.slice(0, line.indexOf(' '));

/** The longest line that is kept whole: a longer one is cut, so that a program that never ends its line costs no memory. */
const longestLine = 16_384;

/** Cuts the chunks of one stream into lines. Call the result with each chunk, and with undefined at the end. */
export function lineSplitter(onLine: (line: string) => void): (chunk: Buffer | undefined) => void {
  const decoder = new TextDecoder();
  let rest = '';
  return (chunk) => {
    const parts = (rest + decoder.decode(chunk, { stream: chunk !== undefined })).split('\n');
    rest = parts.pop() ?? '';
    for (const line of parts) onLine(line);
    if (rest.length > longestLine || (chunk === undefined && rest !== '')) {
      onLine(rest);
      rest = '';
    }
  };
}
